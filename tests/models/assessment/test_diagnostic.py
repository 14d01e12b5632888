"""The starting level, by hand.

The diagnostic as it goes on: what is asked, when it ends, and that it finds out more than shares do.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assessment.diagnostic import (
    DiagnosticRules,
    build_question_bank,
    choose_question,
    estimate_starting_level,
    find_askable_questions,
    is_diagnostic_over,
    replay_answers,
)
from models.assessment.placement import Placement, build_gaussian_field
from models.simulation.learners import Population, SimulatedLearners
from tests.models.courses import few, random_course


def diagnostic(seed=0, points=20, each=3) -> Placement:
    course = random_course(seed, points)
    field = build_gaussian_field(course, np.arange(points))
    touched = [[point] for point in range(points) for _ in range(each)]
    usual = np.ones(len(touched))
    return Placement(field, build_question_bank(field, touched, usual, 0 * usual, 0.07 * usual))


def go_on(placement, wanted, rules, outcome, draw):
    asked, right, belief = [], [], placement.start()
    while (item := choose_question(placement, belief, asked, wanted, rules, draw)) is not None:
        asked.append(item)
        right.append(outcome(item))
        belief = placement.update(belief, np.array([item]), np.array([right[-1]]))
    return asked, right, belief


def test_positions_in_the_course_become_positions_in_the_field():
    course = random_course(0)
    field = build_gaussian_field(course, np.array([2, 5, 9]))
    quiz = build_question_bank(field, [[9], [5, 2], [7], [5, 7]], np.ones(4), np.zeros(4), np.zeros(4))
    assert quiz.points.tolist() == [[2, 0], [1, 0], [0, 0], [1, 0]]
    assert quiz.weight.tolist() == [[1, 0], [0.5, 0.5], [0, 0], [1, 0]]
    everything = np.ones(3, dtype=np.float32)
    assert find_askable_questions(quiz, [], everything, 2).tolist() == [True, True, False, True]
    assert find_askable_questions(quiz, [1], everything, 1).tolist() == [True, False, False, False]
    assert find_askable_questions(quiz, [], np.array([0, 0, 1], dtype=np.float32), 2).tolist() == [
        True,
        False,
        False,
        False,
    ]


@few
@given(st.integers(0, 100), st.lists(st.booleans(), min_size=20, max_size=20), st.integers(1, 3), st.integers(1, 4))
def test_nothing_twice_only_what_matters_and_no_point_too_often(seed, wanted, per_point, among):
    placement, draw = diagnostic(seed % 5), np.random.default_rng(seed)
    rules = DiagnosticRules(sd=0, max_questions=25, per_point=per_point, randomesque=among)
    matters = np.array(wanted, dtype=np.float32)
    asked, _, _ = go_on(placement, matters, rules, lambda item: bool(draw.random() < 0.5), draw)
    points = placement.questions.points[asked, 0]
    assert len(set(asked)) == len(asked) == min(25, per_point * sum(wanted))
    assert matters[points].all()
    assert np.bincount(points, minlength=20).max() <= per_point


def test_it_ends_when_enough_is_known_but_not_before_the_fewest():
    placement, wanted, draw = diagnostic(), np.ones(20, dtype=np.float32), np.random.default_rng(0)
    first = float(np.sqrt((placement.estimate(placement.start()).sd ** 2).mean()))
    easy = DiagnosticRules(sd=first * 2, min_questions=4)
    assert len(go_on(placement, wanted, easy, lambda item: True, draw)[0]) == 4
    asked, _, belief = go_on(placement, wanted, DiagnosticRules(sd=first * 0.7), lambda item: True, draw)
    assert 5 <= len(asked) < 20
    assert is_diagnostic_over(placement, belief, len(asked), wanted, DiagnosticRules(sd=first * 0.7))
    assert len(go_on(placement, wanted, DiagnosticRules(sd=0, max_questions=7), lambda item: True, draw)[0]) == 7


def test_the_same_answers_give_the_same_belief():
    placement, draw = diagnostic(), np.random.default_rng(0)
    rules = DiagnosticRules(sd=0, max_questions=8)
    asked, right, belief = go_on(placement, np.ones(20, dtype=np.float32), rules, lambda item: item % 3 > 0, draw)
    again = replay_answers(placement, asked, right)
    assert placement.estimate(again).level == pytest.approx(placement.estimate(belief).level)


def test_chance_among_the_best_varies_the_first_question():
    placement, wanted, draw = diagnostic(), np.ones(20, dtype=np.float32), np.random.default_rng(0)
    rules = DiagnosticRules(randomesque=5)
    first = {choose_question(placement, placement.start(), [], wanted, rules, draw) for _ in range(60)}
    assert len(first) == 5


def test_ten_questions_tell_more_than_forty_random_ones_told_by_their_shares():
    course, draw = random_course(3, 30), np.random.default_rng(0)
    learners = SimulatedLearners(course, Population(), 40, draw)
    learners.renew(np.arange(40))
    placement = diagnostic(3, 30)
    points = placement.questions.points[:, 0]
    chance = learners.chance(learners.knowledge[:, points], np.arange(40), np.zeros(90, dtype=np.float32))
    outcomes = draw.random(chance.shape) < chance
    rules, wanted = DiagnosticRules(sd=0, max_questions=10), np.ones(30, dtype=np.float32)
    error = np.zeros((2, 40))
    for learner, own in enumerate(outcomes):
        _, _, belief = go_on(placement, wanted, rules, lambda item, own=own: bool(own[item]), draw)
        some = draw.permutation(90)[:40]
        right = np.bincount(points[some], own[some], minlength=30)
        share, _ = estimate_starting_level(right, np.bincount(points[some], minlength=30))
        level = placement.estimate(belief).level[0]
        error[:, learner] = [((guess - learners.knowledge[learner]) ** 2).mean() for guess in (level, share)]
    assert np.sqrt(error[0].mean()) < 0.75 * np.sqrt(error[1].mean())


def test_starting_level_by_hand():
    right, answers = np.array([2.0, 1.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0, 0.0])
    level, spread = estimate_starting_level(right, answers)
    # (right + 0.25 · 0.1) / (answers + 0.25)
    assert level == pytest.approx([0.9, 1.025 / 2.25, 0.025 / 2.25, 0.1])
    assert spread[0] == pytest.approx(np.sqrt(0.9 * 0.1 / 3.25))
    assert spread[1] == pytest.approx(np.sqrt(0.455556 * 0.544444 / 3.25), abs=1e-5)
    assert spread[3] == pytest.approx(np.sqrt(0.1 * 0.9 / 1.25))


@few
@given(st.integers(0, 20), st.integers(0, 20))
def test_more_right_answers_never_lower_the_level(right, more):
    answers = np.array([40.0])
    low, _ = estimate_starting_level(np.array([float(right)]), answers)
    high, _ = estimate_starting_level(np.array([float(right + more)]), answers)
    assert 0 <= low[0] <= high[0] <= 1
