"""The fitted rates: found again in logs made with them, and left alone by few answers."""

import numpy as np
import pytest
from scipy import sparse

from models.learners.gain_fit import (
    GainFit,
    Link,
    bound,
    chances,
    fit,
    free,
    levels,
    propagation,
    sample,
    spread_chances,
)
from models.learners.log import AnswerLog, log_of, shares
from models.learners.pairs import pairs_of
from models.state import Rates
from tests.models.learners.logs import random_log

START = np.array([0.4, 0.6], dtype=np.float32)
LINK = Link(5.0, 0.2, 0.9)


def made_log(rates: Rates, learners: int, answers: int, days: float = 0.0, influence=None, seed: int = 0) -> AnswerLog:
    """Answers that follow the model, written out learner by learner."""
    draw, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        level, last, day = START.astype(float), np.zeros(2), 0.0
        for number in range(answers):
            day += draw.exponential(days) if days else 0.0
            skill = int(draw.integers(2))
            if number and day - last[skill] >= 3 and days:
                level[skill] *= np.exp(-rates.forgetting * (day - last[skill])) if last[skill] else 1
            right = bool(draw.random() < LINK.chance(level[skill], START[skill]))
            change = rates.gain_right * (1 - level[skill]) if right else -rates.gain_wrong * level[skill]
            level[skill] += change
            if influence is not None:
                level[1 - skill] = np.clip(level[1 - skill] + rates.propagation * influence * change, 0, 1)
            last[skill] = day
            rows.append((f"l{learner}", [f"s{skill}"], None, right, day if days else float("nan")))
    return log_of(rows, ("s0", "s1"))


def test_levels_by_hand():
    rows = [("x", ["a"], None, right, day) for right, day in ((True, 0.0), (False, 2.0), (True, 12.0))]
    found = levels(pairs_of(log_of(rows)), np.array([0.4], np.float32), Rates())
    # 0.4 + 0.35 · 0.6 = 0.61; two days are too few; 0.61 − 0.25 · 0.61 = 0.4575, ten days at 0.08: e^−0.8
    assert found == pytest.approx([0.4, 0.61, 0.4575 * np.exp(-0.8)], abs=1e-6)


def test_the_rates_that_made_the_log_are_found():
    rates = Rates(gain_right=0.15, gain_wrong=0.5)
    found, link = fit(made_log(rates, 600, 40), START, GainFit(), 0)
    assert (found.gain_right, found.gain_wrong) == pytest.approx((0.15, 0.5), abs=0.06)
    assert (link.slope, link.offset, link.usual) == pytest.approx(LINK, abs=0.6)
    assert (found.forgetting, found.propagation) == (Rates().forgetting, Rates().propagation)


def test_forgetting_is_found_where_there_are_days():
    found, _ = fit(made_log(Rates(forgetting=0.3), 600, 30, days=2.0), START, GainFit(), 0)
    assert found.forgetting == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("true", [0.02, 0.6])
def test_propagation_is_found_where_there_is_influence(true):
    rates = Rates(propagation=true)
    log = made_log(rates, 300, 40, influence=0.8)
    influence = sparse.csr_matrix(np.array([[0, 0.8], [0.8, 0]], dtype=np.float32))
    assert propagation(log, START, influence, (rates, LINK), 0) == pytest.approx(true, abs=0.12)


def test_without_influence_both_ways_of_replaying_agree():
    log = random_log(3)
    start = np.clip(shares(log), 0.01, 0.99)
    told = np.nan_to_num(chances(log, start, Rates(), LINK), nan=0.5)
    none = sparse.csr_matrix((5, 5), dtype=np.float32)
    assert spread_chances(log, start, none, Rates(), LINK) == pytest.approx(told, abs=1e-5)


def test_few_answers_leave_the_default_rates():
    log = made_log(Rates(gain_right=0.9), 2, 10)
    assert fit(log, START, GainFit(), 0) == (Rates(), Link())
    some, _ = fit(log, START, GainFit(least=0), 0)
    many, _ = fit(made_log(Rates(gain_right=0.9), 300, 20), START, GainFit(), 0)
    assert abs(some.gain_right - 0.35) < abs(many.gain_right - 0.35)


def test_the_free_scale_and_back():
    rates, link = bound(free(Rates(gain_right=0.2, forgetting=0.5), LINK), Rates(propagation=0.3))
    assert (rates.gain_right, rates.gain_wrong, rates.forgetting) == pytest.approx((0.2, 0.25, 0.5))
    assert rates.propagation == 0.3
    assert link == pytest.approx(LINK)


def test_a_long_log_is_sampled_by_learner():
    log = random_log(1, learners=30)
    some = sample(log, 40, 0)
    assert 40 - log.lengths.max() <= len(some.right) <= 40
    assert set(some.learners) < set(log.learners)
    assert sample(log, 10_000, 0) is log
