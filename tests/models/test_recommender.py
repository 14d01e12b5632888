"""The shared contract: candidates against brute force, padding, success and gain by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge_tracing.state import compute_direct_change
from models.recommender import (
    compute_expected_gain,
    decide_by_score,
    find_blocked_points,
    find_feasible_resources,
    find_needed_points,
    find_wanted_points,
    pad_candidates,
    predict_success,
)
from tests.models.courses import any_course, few, levels, little_course, make_course, observe


def brute_force(course, level, target, closure):
    """Rules 2 and 3 of the candidate rule in plain loops."""
    found = set()
    for resource in range(course.resources):
        taught = [
            int(p) for p, eta in zip(course.taught[resource], course.importance[resource], strict=True) if eta > 0
        ]
        wanted = any(closure[k] and level[k] < max(course.mastered[k], target[k]) for k in taught)
        open_ = all(level[a] >= course.met[a] for a, b in course.prerequisites if b in taught)
        if wanted and open_:
            found.add(resource)
    return found


@few
@given(any_course(), st.data())
def test_feasible_equals_brute_force(course, data):
    level = np.stack([data.draw(levels(course.points)) for _ in range(2)])
    goals = data.draw(st.lists(st.integers(0, course.points - 1), unique=True, min_size=1))
    target = np.zeros_like(level)
    target[:, goals] = data.draw(st.sampled_from([0.5, 0.8, 0.95]))
    closure = np.tile(course.closure(np.array(goals)), (2, 1))
    allowed = find_feasible_resources(course, level, find_wanted_points(course, level, target, closure))
    for learner in range(2):
        expected = brute_force(course, level[learner], target[learner], closure[learner])
        assert set(np.flatnonzero(allowed[learner])) == expected


@few
@given(any_course(), st.data())
def test_needed_points_equal_a_recursion_from_the_goal(course, data):
    level = np.array([data.draw(levels(course.points))], dtype=np.float32)
    target = np.zeros((1, course.points), dtype=np.float32)
    target[0, -1] = 0.8
    wanted = find_wanted_points(course, level, target, course.closure(np.array([course.points - 1]))[None])
    found: set[int] = set()

    def need(point):
        found.add(point)
        for before in course.prerequisites[course.prerequisites[:, 1] == point, 0]:
            if level[0, before] < course.met[before]:
                need(before)

    if level[0, -1] < target[0, -1]:
        need(course.points - 1)
    assert set(np.flatnonzero(find_needed_points(course, level, target, wanted)[0])) == found


def test_what_lies_behind_a_met_prerequisite_is_not_needed():
    course = make_course(3, [(0, 1), (1, 2)], [[(0, 1.0)]])
    level, target = np.array([[0.1, 0.7, 0.1]], dtype=np.float32), np.array([[0, 0, 0.8]], dtype=np.float32)
    assert find_needed_points(course, level, target, level < 0.8).tolist() == [[False, False, True]]


def test_candidates_of_the_little_course_by_hand():
    # nouns met, articles not: r2 waits for articles; r3 and r4 teach open points; r0 teaches mastered nouns only
    seen = observe(little_course(), [[0.8, 0.1, 0, 0], [0.59, 0, 0, 0]], [2, 3])
    assert seen.candidates[0][seen.mask[0]].tolist() == [1, 3, 4]
    assert seen.candidates[1][seen.mask[1]].tolist() == [0]


def test_a_met_prerequisite_counts_from_the_threshold_on():
    course = little_course()
    level = np.array([[0.6, 0.6, 0, 0], [0.599, 0.6, 0, 0]], dtype=np.float32)
    assert find_blocked_points(course, level).tolist() == [[False] * 4, [False, True, False, True]]


@few
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4))
def test_padding_keeps_every_candidate_in_order(flags):
    allowed = np.array(flags)
    candidates, mask = pad_candidates(allowed)
    assert candidates.shape == mask.shape
    assert candidates.shape[1] == max(1, allowed.sum(axis=1).max())
    for learner in range(len(allowed)):
        assert candidates[learner][mask[learner]].tolist() == np.flatnonzero(allowed[learner]).tolist()


def test_success_probability_by_hand():
    course = little_course()
    seen = observe(course, [[0.8, 0.1, 0, 0]], [2, 3])
    # r1: σ(4 (0.1 − 0.5)) = σ(−1.6);  r3: s̄ = (0 + 0.6 · 0.1) / 1.6 = 0.0375;  r4: s̄ = (0.1 + 0.4 · 0.8) / 1.4 = 0.3
    logits = np.array([-1.6, 4 * (0.0375 - 0.5), 4 * (0.3 - 0.5)])
    assert predict_success(course, seen)[0] == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-6)


def test_a_learner_on_a_lucky_streak_and_an_easy_resource_look_more_likely():
    course = little_course()
    seen = observe(course, [[0.8, 0.1, 0, 0]], [2, 3])
    usual = predict_success(course, seen)
    seen.success[:] = 0.9
    assert (predict_success(course, seen) > usual).all()
    course.difficulty[:] = 1
    seen.success[:] = 0.5
    assert (predict_success(course, seen) < usual).all()


@few
@given(any_course(), st.data())
def test_expected_gain_is_the_expected_reward_over_wanted_points(course, data):
    level = data.draw(levels(course.points))
    seen = observe(course, [level], [0])
    chance = np.full(seen.candidates.shape, data.draw(st.floats(0, 1, width=32)), dtype=np.float32)
    gain = compute_expected_gain(course, seen, chance)
    for position, resource in enumerate(seen.candidates[0]):
        importance = course.teaches.toarray()[resource]
        right = importance * compute_direct_change(level, importance, True, course.rates)
        wrong = importance * compute_direct_change(level, importance, False, course.rates)
        p = chance[0, position]
        expected = ((p * right + (1 - p) * wrong) * seen.wanted[0]).sum()
        assert gain[0, position] == pytest.approx(expected, abs=1e-5)


def test_by_score_takes_the_best_of_what_is_allowed_and_the_earlier_on_a_tie():
    score = np.array([[9.0, 1.0, 2.0, 2.0], [5.0, 5.0, 0.0, 0.0]], dtype=np.float32)
    decision = decide_by_score(score, np.array([[False, True, True, True], [True, True, False, False]]))
    assert decision.chosen.tolist() == [2, 0]
    assert decision.propensity.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert decision.score[0, 0] == -np.inf


def test_no_opinion_counts_less_than_any():
    score = np.array([[np.nan, -5, -7], [np.nan, np.nan, np.nan], [1, np.nan, 3]], dtype=np.float32)
    mask = np.array([[True, True, True], [False, True, True], [True, True, False]])
    decision = decide_by_score(score, mask)
    assert decision.chosen.tolist() == [1, 1, 0]
    assert decision.silent.tolist() == [False, True, False]
    assert not np.isnan(decision.score).any()
    assert decision.propensity.tolist() == [[0, 1, 0], [0, 1, 0], [1, 0, 0]]
