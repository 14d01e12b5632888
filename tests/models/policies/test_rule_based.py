"""What each rung prefers, by hand; that none of them leaves the mask, by property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policies.rule_based import (
    RandomStrategy,
    make_curriculum_order,
    make_greedy_expected_gain,
    make_mastery_sequencing,
    make_needed_first,
    make_popularity,
    make_simple_baselines,
    make_target_repeat,
    make_zone_of_proximal_development,
)
from models.recommender import compute_expected_gain, predict_success
from tests.models.courses import any_course, few, levels, little_course, make_course, observe, on_the_way, random_course


@few
@given(any_course(), st.data())
def test_no_rung_chooses_outside_the_mask(course, data):
    seen = observe(course, [data.draw(levels(course.points))], [course.points - 1])
    if not seen.mask.any():
        return
    dropped = np.array([data.draw(st.lists(st.booleans(), min_size=seen.mask.shape[1], max_size=seen.mask.shape[1]))])
    some = seen.mask & ~dropped
    seen = seen.keep(some if some.any() else seen.mask)
    for rung in make_simple_baselines(course):
        decision = rung.decide(seen)
        assert seen.mask[0, decision.chosen[0]], rung.name
        assert (decision.propensity[~seen.mask] == 0).all()
        assert decision.propensity.sum(axis=1) == pytest.approx(1)


def test_names_and_order_of_the_rungs():
    names = [rung.name for rung in make_simple_baselines(little_course())]
    assert names == ["random", "popularity", "curriculum", "mastery", "zpd", "greedy", "needed"]


def test_random_draws_each_candidate_equally_often_and_says_so():
    seen = observe(little_course(), [[0.8, 0.1, 0, 0]] * 3000, [2, 3])
    decision = RandomStrategy(little_course(), seed=1).decide(seen)
    assert np.bincount(decision.chosen, minlength=3) == pytest.approx([1000] * 3, abs=100)
    assert decision.propensity[0] == pytest.approx([1 / 3] * 3)


def test_random_repeats_from_its_seed():
    seen = on_the_way(random_course(1))
    first = [RandomStrategy(random_course(1), seed).decide(seen).chosen.tolist() for seed in (5, 5, 6)]
    assert first[0] == first[1] != first[2]


def test_popularity_by_counts_and_by_breadth():
    course = little_course()
    seen = observe(course, [[0.8, 0.1, 0, 0]], [2, 3])
    assert seen.candidates[0].tolist() == [1, 3, 4]
    counted = make_popularity(course, np.array([9, 5, 0, 7, 2]))
    assert seen.candidates[0, counted.decide(seen).chosen[0]] == 3
    # breadth Σ η: r1 1, r3 1.6, r4 1.4
    assert seen.candidates[0, make_popularity(course).decide(seen).chosen[0]] == 3


def test_curriculum_takes_the_earliest_point_of_the_syllabus():
    course = make_course(3, [(2, 1), (1, 0)], [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]])
    seen = observe(course, [[0.7, 0.7, 0.7], [0.1, 0.7, 0.9]], [0])
    chosen = make_curriculum_order(course).decide(seen).chosen
    assert seen.candidates[np.arange(2), chosen].tolist() == [2, 1]


def test_mastery_sequencing_finishes_the_started_point():
    course = make_course(3, [], [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]])
    seen = observe(course, [[0.1, 0.5, 0.79], [0.1, 0.5, 0.81]], [0, 1, 2])
    chosen = make_mastery_sequencing(course).decide(seen).chosen
    assert seen.candidates[np.arange(2), chosen].tolist() == [2, 1]


def test_zpd_stays_near_the_target_and_greedy_takes_the_gain():
    course = make_course(2, [], [[(0, 1.0)], [(1, 1.0)]])
    course.difficulty[:] = [-1.0, 2.0]
    # chances σ(4 (0.4 − 0.5) + 1) = 0.646 and σ(4 (0.4 − 0.5) − 2) = 0.083
    seen = observe(course, [[0.4, 0.4]], [0, 1])
    assert predict_success(course, seen)[0] == pytest.approx([0.645656, 0.083173], abs=1e-5)
    assert make_zone_of_proximal_development(course).decide(seen).chosen.tolist() == [0]
    gains = compute_expected_gain(course, seen, predict_success(course, seen))
    # 0.645656 · 0.35 · 0.6 − 0.354344 · 0.25 · 0.4 and 0.083173 · 0.21 − 0.916827 · 0.1
    assert gains[0] == pytest.approx([0.100153, -0.074216], abs=1e-5)
    assert make_greedy_expected_gain(course).decide(seen).chosen.tolist() == [0]


def test_needed_leaves_alone_what_lies_behind_a_met_prerequisite():
    course = make_course(3, [(0, 1), (1, 2)], [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]])
    seen = observe(course, [[0.1, 0.7, 0.3]], [2])
    assert seen.candidates[0].tolist() == [0, 2]
    assert make_greedy_expected_gain(course).decide(seen).chosen.tolist() == [0]
    assert make_needed_first(course).decide(seen).chosen.tolist() == [1]


def test_target_repeat_takes_the_least_known_target_or_what_a_blocked_one_needs():
    course = make_course(4, [(0, 1)], [[(point, 1.0)] for point in range(4)])
    seen = observe(course, [[0.3, 0.1, 0.5, 0.0], [0.7, 0.4, 0.5, 0.0]], [1, 2])
    chosen = make_target_repeat(course).decide(seen).chosen
    assert seen.candidates[np.arange(2), chosen].tolist() == [0, 1]
