"""Models fitted side by side: held-out learners take no part, and better means better than chance."""

import numpy as np
import pytest

from models.learners.fitting import fit_all, losses, split
from models.learners.log import log_of


def log(learners=60, answers=12, seed=0):
    """Skills learnt along the way: each learner starts below half and ends above."""
    draw = np.random.default_rng(seed)
    chance = np.linspace(0.1, 0.95, answers)
    return log_of(
        [
            (f"l{who}", [skill], None, bool(draw.random() < chance[n]), np.nan)
            for who in range(learners)
            for n in range(answers)
            for skill in "ab"
        ]
    )


def test_nobody_is_on_both_sides():
    whole = log()
    training, held_out = split(whole, 3)
    assert len(held_out.learners) == 12 and not set(training.learners) & set(held_out.learners)
    assert set(training.learners) | set(held_out.learners) == set(whole.learners)
    alone = split(log(1))
    assert [len(part.learners) for part in alone] == [1, 0]


def test_losses_are_means_by_learner():
    two = log_of(
        [("a", ["x"], None, True, np.nan), ("a", ["x"], None, False, np.nan), ("b", ["x"], None, True, np.nan)]
    )
    found = losses(np.array([0.5, 0.5, 0.25]), two)
    assert found == pytest.approx([-np.log(0.5), -np.log(0.25)])


def test_what_follows_learners_beats_what_does_not():
    heard = []
    bkt, share, gain = fit_all(["bkt", "share", "gain"], log(), report=heard.append)
    assert heard == ["bkt", "share", "gain"]
    assert bkt.scores.auc > share.scores.auc + 0.1 and share.p > 0.5
    assert np.isnan(gain.p) and "better_p" not in gain.figures
    assert bkt.model.replay(log()).shape == log().right.shape


def test_one_learner_gives_models_and_no_verdict():
    [only] = fit_all(["bkt"], log(1))
    assert np.isnan(only.p) and set(only.figures) == {"fit_s"}
