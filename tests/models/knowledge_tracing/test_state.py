"""The state update, with numbers worked by hand (DESIGN §3), and its properties.

Uncertainty shrinks with answers, and by how much, worked by hand.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge_tracing.state import (
    RATE_PROFILES,
    Rates,
    compress_level,
    compute_direct_change,
    compute_expected_change,
    compute_gain_right,
    compute_sd,
    compute_weight,
    decay_level,
    kept_share,
    propagate_change,
    update_demonstrated,
    update_forgetting,
    update_levels,
    update_sd,
)
from tests.models.courses import any_course, few, levels, little_course


def array(*values):
    return np.array(values, dtype=np.float32)


def test_by_hand():
    """s = 0.5 and spread 0.25 are worth 0.25 / 0.0625 − 1 = 3 answers; a fourth at s = 0.5 gives √(0.25 / 5)."""
    assert np.allclose(compute_weight(array(0.5), array(0.25)), 3)
    assert np.allclose(update_sd(array(0.5), array(0.25), array(1.0), array(0.5)), 0.05**0.5)


def test_a_point_that_is_not_touched_keeps_its_weight():
    level, weight = array(0.0, 0.3, 1.0), array(0.0, 2.0, 9.0)
    spread = compute_sd(level, weight)
    assert np.allclose(compute_weight(level, spread), weight, atol=1e-4)
    assert np.allclose(update_sd(level, spread, np.zeros(3), level), spread)


def test_many_answers_leave_little_doubt_but_never_none():
    spread = array(0.29)
    for _ in range(50):
        spread = update_sd(array(1.0), spread, array(1.0), array(1.0))
    assert 0 < spread[0] < 0.03


DEFAULT, PAPER = Rates(propagation=0.1), RATE_PROFILES["paper"]
SIGMOID_OF_1 = 0.7310586


def row(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_direct_change_by_hand():
    level, importance = row(0.2, 0.5, 0.9, 0.4), row(1.0, 0.6, 0.0, 0.4)
    # 0.35 · 0.8 · 1 = 0.28;  0.35 · 0.5 · 0.6 = 0.105;  untouched;  0.35 · 0.6 · 0.4 = 0.084
    assert compute_direct_change(level, importance, True, DEFAULT) == pytest.approx([0.28, 0.105, 0, 0.084])
    # −0.25 · 0.2 · 1 = −0.05;  −0.25 · 0.5 · 0.6 = −0.075;  untouched;  −0.25 · 0.4 · 0.4 = −0.04
    assert compute_direct_change(level, importance, False, DEFAULT) == pytest.approx([-0.05, -0.075, 0, -0.04])


def test_propagation_by_hand():
    # nouns +0.2, articles +0.1, plurals −0.1: articles get 0.2 + 0.5 · (−0.1), adjectives 0.1, plurals 0.2 + 0.5 · 0.1
    change = row(0.2, 0.1, 0.0, -0.1)
    influence = little_course().influence
    assert propagate_change(change, influence, Rates(propagation=1.0)) == pytest.approx([0, 0.15, 0.1, 0.25])
    assert propagate_change(change, influence, Rates(propagation=0.1)) == pytest.approx([0, 0.015, 0.01, 0.025])


def test_a_right_answer_in_the_default_profile_by_hand():
    level, importance = row(0.5, 0.2, 0.3, 0.96), row(1.0, 0.6, 0.0, 0.0)
    after, reward = update_levels(level, importance, True, little_course().influence, DEFAULT)
    # direct: nouns 0.175, articles 0.35 · 0.8 · 0.6 = 0.168
    # propagated: articles 0.0175, adjectives 0.0168, plurals 0.1 · (0.175 + 0.5 · 0.168) = 0.0259
    assert after == pytest.approx([0.675, 0.3855, 0.3168, 0.9859], abs=1e-6)
    assert reward == pytest.approx(1.0 * 0.175 + 0.6 * 0.168, abs=1e-6)


def test_a_wrong_answer_in_the_default_profile_by_hand():
    level, importance = row(0.8, 0.0, 0.3, 0.01), row(1.0, 0.0, 0.0, 0.0)
    after, reward = update_levels(level, importance, False, little_course().influence, DEFAULT)
    # direct −0.25 · 0.8 = −0.2; dependents −0.02, cut off at 0
    assert after == pytest.approx([0.6, 0, 0.3, 0], abs=1e-6)
    assert reward == pytest.approx(-0.2)


def test_a_right_answer_in_the_paper_profile_by_hand():
    level, importance = row(0.5, 0.2, 0.3, 0.9), row(1.0, 0.0, 0.0, 0.0)
    after, reward = update_levels(level, importance, True, little_course().influence, PAPER)
    # direct 0.175, the same at full weight on articles and plurals: σ(0.675), σ(0.375), untouched, σ(1.075)
    assert after == pytest.approx([0.662622, 0.592667, 0.3, 0.745548], abs=1e-5)
    assert reward == pytest.approx(0.175)


@few
@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32), st.booleans())
def test_the_paper_profile_squeezes_every_touched_value_into_a_half_to_073(level, importance, right):
    alone = little_course().influence[2:3, 2:3]
    after, _ = update_levels(row(level), row(importance), right, alone, PAPER)
    if importance > 0:
        assert 0.5 <= after[0] <= SIGMOID_OF_1 + 1e-6
    else:
        assert after[0] == np.float32(level)


def test_the_paper_profile_forgets_the_difference_between_knowing_all_and_nothing():
    alone = little_course().influence[2:3, 2:3]
    assert update_levels(row(1.0), row(1.0), True, alone, PAPER)[0] == pytest.approx([SIGMOID_OF_1])
    assert update_levels(row(0.0), row(1.0), False, alone, PAPER)[0] == pytest.approx([0.5])


@few
@given(any_course(), st.data())
def test_full_propagation_lifts_everything_that_depends_on_the_lesson(course, data):
    point = data.draw(st.integers(0, course.points - 1))
    level = np.full(course.points, 0.3, dtype=np.float32)
    importance = np.zeros_like(level)
    importance[point] = 1
    after, _ = update_levels(level, importance, True, course.influence, PAPER)
    dependents = course.after[point].indices
    assert (after[dependents] > 0.5).all()
    gentle, _ = update_levels(level, importance, True, course.influence, DEFAULT)
    assert (gentle[dependents] >= 0.3).all()
    assert (gentle[dependents] <= 0.3 + 0.1 * 0.35 * 0.7 + 1e-6).all()


def test_compression():
    assert compress_level(row(-0.2, 0.3, 1.4), DEFAULT) == pytest.approx([0, 0.3, 1])
    assert compress_level(row(0.0, 1.0), PAPER) == pytest.approx([0.5, SIGMOID_OF_1])


def test_forgetting_by_hand():
    # nothing before three days, then exp(−0.08 · 3) = 0.786628 and exp(−0.8) = 0.449329
    left = decay_level(row(0.8, 0.8, 0.8, 0.8), row(0.0, 2.99, 3.0, 10.0), DEFAULT)
    assert left == pytest.approx([0.8, 0.8, 0.629302, 0.359463], abs=1e-6)


def test_expected_change_is_the_mean_of_right_and_wrong():
    level, importance = row(0.2, 0.9), row(1.0, 0.4)
    # 0.7 · 0.28 − 0.3 · 0.05 = 0.181;  0.7 · 0.35 · 0.1 · 0.4 − 0.3 · 0.25 · 0.9 · 0.4 = −0.0172
    assert compute_expected_change(level, importance, row(0.7), DEFAULT) == pytest.approx([0.181, -0.0172], abs=1e-6)


@few
@given(any_course(), st.data())
def test_a_batch_equals_its_learners_one_by_one_and_plain_loops(course, data):
    rates = data.draw(st.sampled_from([DEFAULT, PAPER, Rates(propagation=0.5)]))
    level = np.stack([data.draw(levels(course.points)) for _ in range(3)])
    importance = course.teaches.toarray()[[data.draw(st.integers(0, course.resources - 1)) for _ in range(3)]]
    right = np.array([[data.draw(st.booleans())] for _ in range(3)])
    after, reward = update_levels(level, importance, right, course.influence, rates)
    for learner in range(3):
        alone, paid = update_levels(
            level[learner], importance[learner], bool(right[learner, 0]), course.influence, rates
        )
        assert after[learner] == pytest.approx(alone, abs=1e-6)
        assert reward[learner] == pytest.approx(paid, abs=1e-6)
        assert alone == pytest.approx(by_loops(course, level[learner], importance[learner], right[learner, 0], rates))


def by_loops(course, level, importance, right, rates):
    influence = course.influence.toarray()
    direct = [
        float(rates.gain_right * (1 - s) * eta if right else -rates.gain_wrong * s * eta)
        for s, eta in zip(level, importance, strict=True)
    ]
    after = []
    for j, s in enumerate(level):
        total = direct[j] + rates.propagation * sum(influence[k, j] * direct[k] for k in range(course.points))
        moved = importance[j] > 0 or total != 0
        squeeze = 1 / (1 + np.exp(-(s + total))) if rates.compression == "sigmoid" else min(max(s + total, 0), 1)
        after.append(squeeze if moved else s)
    return np.array(after)


@few
@given(any_course(), st.data())
def test_levels_stay_in_the_unit_interval_and_move_the_right_way(course, data):
    rates = data.draw(st.sampled_from([DEFAULT, Rates(propagation=1.0), Rates(gain_right=1.0, gain_wrong=1.0)]))
    level = data.draw(levels(course.points))
    for _ in range(4):
        importance = course.teaches.toarray()[data.draw(st.integers(0, course.resources - 1))]
        right = data.draw(st.booleans())
        after, reward = update_levels(level, importance, right, course.influence, rates)
        assert ((after >= 0) & (after <= 1)).all()
        assert ((after >= level - 1e-6) if right else (after <= level + 1e-6)).all()
        assert (reward >= 0) if right else (reward <= 0)
        level = decay_level(after, np.full_like(after, data.draw(st.floats(0, 30, width=32))), rates)
        assert ((level >= 0) & (level <= after)).all()


@few
@given(any_course(), st.data())
def test_who_knew_more_still_knows_more_after_the_same_answer(course, data):
    one, two = data.draw(levels(course.points)), data.draw(levels(course.points))
    low, high = np.minimum(one, two), np.maximum(one, two)
    importance = course.teaches.toarray()[data.draw(st.integers(0, course.resources - 1))]
    touched, right = importance > 0, data.draw(st.booleans())
    alone = Rates(propagation=0.0)
    after_low, _ = update_levels(low, importance, right, course.influence, alone)
    after_high, _ = update_levels(high, importance, right, course.influence, alone)
    assert (after_low[touched] <= after_high[touched] + 1e-6).all()


@few
@given(any_course(), st.data())
def test_what_an_answer_does_not_touch_stays(course, data):
    level = data.draw(levels(course.points))
    importance = course.teaches.toarray()[data.draw(st.integers(0, course.resources - 1))]
    after, _ = update_levels(level, importance, data.draw(st.booleans()), course.influence, PAPER)
    reach = (importance > 0) | ((importance > 0) @ course.influence.toarray() > 0)
    assert (after[~reach] == level[~reach]).all()


def test_stability_by_hand():
    """12.5 days at first (0.08 a day); a right answer after a week, when e^−0.56 was left, adds 0.5 + 2 · 0.4288."""
    rate, days, importance = (np.array([value], dtype=np.float32) for value in (0.08, 7.0, 1.0))
    longer = update_forgetting(rate, days, importance, True, Rates())
    assert 1 / longer[0] == pytest.approx(12.5 * (1 + 0.5 + 2 * (1 - np.exp(-0.56))), rel=1e-5)
    at_once = update_forgetting(rate, 0 * days, importance, True, Rates())
    assert 1 / at_once[0] == pytest.approx(12.5 * 1.5)
    shorter = update_forgetting(at_once, days, importance, False, Rates())
    assert 1 / shorter[0] == pytest.approx(12.5), "half of 18.75 is less than what every point has"
    assert update_forgetting(at_once, days, 0 * importance, True, Rates())[0] == at_once[0]
    assert update_forgetting(rate, days, importance, True, RATE_PROFILES["paper"])[0] == rate[0]


def test_six_topics_at_98_percent_are_still_known_after_a_week_off():
    rate = np.array([0.08], dtype=np.float32)
    for _ in range(6):
        rate = update_forgetting(rate, np.zeros(1, np.float32), np.ones(1, np.float32), True, Rates())
    assert 0.98 * kept_share(rate, np.array([7.0]), Rates())[0] > 0.9


def test_what_was_demonstrated_by_hand():
    shown, level = np.array([0.7, 0.7, 0.7], np.float32), np.array([0.9, 0.3, 0.3], np.float32)
    importance = np.array([1.0, 1.0, 0.0], np.float32)
    assert update_demonstrated(shown, level, importance, True, Rates()).tolist() == pytest.approx([0.9, 0.7, 0.7])
    wrong = update_demonstrated(shown, level, importance, False, Rates())
    assert wrong.tolist() == pytest.approx([0.525, 0.525, 0.7])


@pytest.mark.parametrize(("offered", "gain"), [(1, 0.82), (2, 0.5757), (3, 0.4354), (5, 0.35), (100, 0.35)])
def test_all_that_a_point_offers_masters_it(offered, gain):
    assert compute_gain_right(offered) == pytest.approx(gain, abs=1e-4)
    assert 1 - (1 - compute_gain_right(offered)) ** offered >= 0.8
