"""Names, lazy imports, and models on disk that survive a broken write.

Models fitted side by side: held-out learners take no part, and better means better than chance.
"""

import json
import subprocess
import sys

import numpy as np
import pytest

from graph.errors import Invalid, SetupFailed
from models.knowledge_tracing import registry
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import LearnerModel
from models.knowledge_tracing.baseline import ShareModel
from models.knowledge_tracing.registry import compute_learner_losses, fit_learner_models, split_learners


def log(learners=60, answers=12, seed=0):
    """Skills learnt along the way: each learner starts below half and ends above."""
    draw = np.random.default_rng(seed)
    chance = np.linspace(0.1, 0.95, answers)
    return build_answer_log(
        [
            (f"l{who}", [skill], None, bool(draw.random() < chance[n]), np.nan)
            for who in range(learners)
            for n in range(answers)
            for skill in "ab"
        ]
    )


def test_nobody_is_on_both_sides():
    whole = log()
    training, held_out = split_learners(whole, 3)
    assert len(held_out.learners) == 12 and not set(training.learners) & set(held_out.learners)
    assert set(training.learners) | set(held_out.learners) == set(whole.learners)
    alone = split_learners(log(1))
    assert [len(part.learners) for part in alone] == [1, 0]


def test_losses_are_means_by_learner():
    two = build_answer_log(
        [("a", ["x"], None, True, np.nan), ("a", ["x"], None, False, np.nan), ("b", ["x"], None, True, np.nan)]
    )
    found = compute_learner_losses(np.array([0.5, 0.5, 0.25]), two)
    assert found == pytest.approx([-np.log(0.5), -np.log(0.25)])


def test_what_follows_learners_beats_what_does_not():
    heard = []
    bkt, share, gain = fit_learner_models(["bkt", "share", "gain"], log(), report=heard.append)
    assert heard == ["bkt", "share", "gain"]
    assert bkt.scores.auc > share.scores.auc + 0.1 and share.p > 0.5
    assert np.isnan(gain.p) and "better_p" not in gain.figures
    assert bkt.model.replay(log()).shape == log().right.shape


def test_one_learner_gives_models_and_no_verdict():
    [only] = fit_learner_models(["bkt"], log(1))
    assert np.isnan(only.p) and set(only.figures) == {"fit_s"}


LOG = build_answer_log([("ann", ["a"], "q", True, 0.0), ("ann", ["b"], "r", False, 1.0)], skills=("a", "b", "ü"))


@pytest.mark.parametrize("name", registry.LEARNER_MODELS)
def test_every_name_is_a_model_of_that_name(name):
    model = registry.get_learner_model_class(name)
    assert issubclass(model, LearnerModel)
    assert model.name == name
    assert registry.LEARNER_MODELS[name].about.endswith(".")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(Invalid, match="no learner model 'oracle'; there are share"):
        registry.get_learner_model_class("oracle")


def test_listing_imports_no_model():
    code = "import sys, models.knowledge_tracing.registry; sys.exit('torch' in sys.modules or 'fsrs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", registry.LEARNER_MODELS)
def test_what_was_saved_is_what_is_loaded(name, tmp_path):
    model = registry.get_learner_model_class(name).fit(LOG)
    registry.save_learner_model(model, tmp_path / "deep" / name, {"auc": 0.75})
    saved = registry.load_learner_model(tmp_path / "deep" / name)
    assert (saved.model.name, saved.model.skills, saved.model.items) == (name, LOG.skills, LOG.items)
    assert saved.model.notes == model.notes
    assert saved.figures == {"auc": 0.75}
    assert saved.fitted_at.tzinfo is not None
    assert saved.model.replay(LOG) == pytest.approx(model.replay(LOG), nan_ok=True)


def test_a_second_save_replaces_the_first_and_leaves_no_litter(tmp_path):
    registry.save_learner_model(ShareModel.fit(LOG), tmp_path)
    registry.save_learner_model(ShareModel.fit(build_answer_log([], skills=("z",))), tmp_path)
    assert registry.load_learner_model(tmp_path).model.skills == ("z",)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_broken_write_leaves_the_earlier_model(tmp_path):
    registry.save_learner_model(ShareModel.fit(LOG), tmp_path)
    (tmp_path / f"{registry.HEADER_FILE}.part").mkdir()
    with pytest.raises(OSError):
        registry.save_learner_model(ShareModel.fit(build_answer_log([], skills=("z",))), tmp_path)
    assert registry.load_learner_model(tmp_path).model.skills == LOG.skills


def test_what_cannot_be_read_says_what_to_do(tmp_path):
    with pytest.raises(SetupFailed, match="no fitted learner model"):
        registry.load_learner_model(tmp_path)
    registry.save_learner_model(ShareModel.fit(LOG), tmp_path)
    (arrays,) = tmp_path.glob("*.npz")
    arrays.write_bytes(b"not an archive")
    with pytest.raises(SetupFailed, match="fit again"):
        registry.load_learner_model(tmp_path)
    (tmp_path / registry.HEADER_FILE).write_text("[]")
    with pytest.raises(SetupFailed, match="cannot be read"):
        registry.load_learner_model(tmp_path)


def test_objects_are_refused(tmp_path):
    model = ShareModel(("a",), (), np.array([None, None]), np.zeros(2))
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        registry.save_learner_model(model, tmp_path)


def test_the_header_is_readable(tmp_path):
    registry.save_learner_model(ShareModel.fit(LOG), tmp_path)
    header = json.loads((tmp_path / registry.HEADER_FILE).read_text())
    assert header["skills"] == ["a", "b", "ü"]
    assert set(header) == {"name", "skills", "items", "notes", "when", "figures", "parameters"}
