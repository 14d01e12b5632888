"""Adaptive tests: information by hand, how areas, exposure and the end are kept, and that choosing pays."""

import numpy as np
import pytest

from models.assessment.adaptive_test import (
    THETA_GRID,
    ItemPool,
    TestRules,
    calibrate_exposure,
    choose_item,
    compute_information,
    find_stop_reason,
    record_answer,
    start_test,
)
from models.knowledge_tracing.irt import ItemBank


def pool(number=100, seed=0, **parts):
    draw = np.random.default_rng(seed)
    zero = np.zeros(number)
    guessing = draw.uniform(0.1, 0.3, number)
    bank = ItemBank(np.exp(draw.normal(0, 0.3, number)), draw.normal(0, 1, number), guessing, zero, zero, zero)
    return ItemPool(bank, **parts)


def take(theta, items, rules, draw, pick=choose_item):
    state, chance = start_test(items, draw), items.bank.chance(np.array([theta]))[:, 0]
    while find_stop_reason(state, items, rules) is None:
        item = pick(state, items, rules, draw)
        state = record_answer(state, items, item, bool(draw.random() < chance[item]), minutes=2)
    return state


def test_information_by_hand_and_from_the_slope():
    one, zero = np.ones(1), np.zeros(1)
    plain = ItemBank(2 * one, zero, zero, zero, zero, zero)
    # a² P (1 − P) = 4 · ¼
    assert compute_information(plain, zero) == pytest.approx(np.ones((1, 1)))
    items, step = pool(5), 1e-5
    chance = items.bank.chance(THETA_GRID)
    slope = (items.bank.chance(THETA_GRID + step) - items.bank.chance(THETA_GRID - step)) / (2 * step)
    assert compute_information(items.bank, THETA_GRID) == pytest.approx(slope**2 / (chance * (1 - chance)), rel=1e-5)


@pytest.mark.parametrize("averaged", [True, False])
def test_chosen_items_tell_more_than_random_ones(averaged):
    draw, items = np.random.default_rng(0), pool()
    rules = TestRules(se=0, max_items=10, averaged=averaged)

    def anything(state, items, rules, draw):
        return int(draw.choice(np.setdiff1d(np.arange(100), state.asked)))

    error = np.zeros(2)
    for theta in draw.normal(size=150):
        error += [(take(theta, items, rules, draw, pick).ability - theta) ** 2 for pick in (choose_item, anything)]
    assert error[0] < 0.85 * error[1]


def test_no_item_twice_and_the_test_ends_as_the_rules_say():
    draw, few = np.random.default_rng(0), pool(6)
    state = take(0.0, few, TestRules(se=0), draw)
    assert sorted(state.asked) == list(range(6))
    assert find_stop_reason(state, few, TestRules(se=0)) == "items"
    assert (
        find_stop_reason(take(0.0, few, TestRules(se=0, max_items=4), draw), few, TestRules(se=0, max_items=4))
        == "length"
    )
    timed = TestRules(se=0, minutes=5)
    assert len(take(0.0, few, timed, draw).asked) == 3
    assert find_stop_reason(take(0.0, few, timed, draw), few, timed) == "time"
    loose = TestRules(se=0.6, min_items=2)
    state = take(0.0, pool(), loose, draw)
    assert state.se <= 0.6
    assert 2 <= len(state.asked) < 30
    assert find_stop_reason(state, pool(), loose) == "error"
    assert find_stop_reason(start_test(pool(), draw), pool(), TestRules(se=2, min_items=1)) is None


def test_areas_keep_their_shares_until_one_is_used_up():
    area = np.array([0] * 60 + [1] * 37 + [2] * 3)
    items = pool(area=area, shares=np.array([0.5, 0.25, 0.25]))
    state = take(0.3, items, TestRules(se=0, max_items=12), np.random.default_rng(0))
    assert np.bincount(area[list(state.asked)]).tolist() == [6, 3, 3]
    longer = take(0.3, items, TestRules(se=0, max_items=20), np.random.default_rng(0))
    assert np.bincount(area[list(longer.asked)])[2] == 3
    assert len(set(longer.asked)) == 20


def test_exposure_is_spread_by_chance_or_held_below_a_share():
    draw, rules = np.random.default_rng(0), TestRules(se=0, max_items=5)

    def exposure(items, rules):
        tests = [take(theta, items, rules, draw).asked for theta in draw.normal(size=300)]
        return np.bincount(np.concatenate(tests), minlength=40) / 300

    items = pool(40)
    assert exposure(items, rules).max() == 1
    assert exposure(items, TestRules(se=0, max_items=5, randomesque=5)).max() < 0.75
    held = calibrate_exposure(items, rules, 0.3, draw)
    assert exposure(held, rules).max() < 0.42
    assert held.administer_probability.min() > 0


def test_a_state_is_never_changed():
    items, draw = pool(), np.random.default_rng(0)
    before = start_test(items, draw)
    after = record_answer(before, items, 3, True, minutes=1.5)
    assert before.asked == ()
    assert (before.posterior == start_test(items, draw).posterior).all()
    assert (after.asked, after.right, after.minutes) == ((3,), (True,), 1.5)
    assert after.ability > before.ability == pytest.approx(0)
