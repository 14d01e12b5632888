"""Walks through courses: over teachers' shapes, whoever answers everything right reaches every goal."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.walks import ALL_RIGHT, USUAL, WEEKLY, find_goals, walk_to_goals
from models.knowledge_tracing.state import RATE_PROFILES, Rates, compute_gain_right
from models.policies.rule_based import make_needed_first
from tests.models.courses import few, make_course


def walk(course, goals, config=ALL_RIGHT):
    return walk_to_goals(course, make_needed_first(course), goals, config)


@st.composite
def teachers_courses(draw):
    """Chains and trees of up to 12 topics with 1 to 4 links each, as in a sheet; some with one link for two topics."""
    points = draw(st.integers(1, 12))
    edges = [
        (before, point)
        for point in range(1, points)
        for before in draw(st.lists(st.integers(0, point - 1), max_size=2, unique=True))
    ]
    links = [draw(st.integers(1, 4)) for _ in range(points)]
    taught = [[(point, 1.0)] for point, count in enumerate(links) for _ in range(count)]
    if points > 1 and draw(st.booleans()):
        taught.append([(points - 1, 1.0), (0, 0.6)])
    course = make_course(points, edges, taught)
    return replace(course, rates=Rates(gain_right=compute_gain_right(float(np.median(links)))))


@few
@given(teachers_courses())
def test_whoever_answers_everything_right_reaches_every_goal(course):
    every = np.arange(course.points)
    found = walk(course, every)
    assert found.reached.all()
    assert (found.answers <= 4 * course.points * course.resources).all()


def test_one_link_a_topic_is_enough():
    chain = make_course(5, [(n, n + 1) for n in range(4)], [[(n, 1.0)] for n in range(5)])
    course = replace(chain, rates=Rates(gain_right=compute_gain_right(1)))
    found = walk(course, np.array([4]))
    assert found.reached.all() and found.answers.tolist() == [5], "every link once"
    assert walk(course, np.array([4]), USUAL).reached.all()


def test_who_learns_weekly_gets_as_far_as_who_learns_daily():
    chain = make_course(20, [(n, n + 1) for n in range(19)], [[(n // 2, 1.0)] for n in range(40)])
    course = replace(chain, rates=Rates(gain_right=compute_gain_right(2)))
    few_answers = dict(session=6, answers=300)
    goals = np.arange(20).repeat(10)
    daily, weekly, holiday = (
        walk(course, goals, replace(config, **few_answers))
        for config in (USUAL, WEEKLY, replace(WEEKLY, holiday_days=21.0))
    )
    assert daily.reached.mean() > 0.9
    assert weekly.reached.mean() >= 0.9 * daily.reached.mean()
    assert holiday.reached.mean() >= 0.9 * daily.reached.mean()


def test_a_goal_without_a_resource_before_it_is_out_of_reach():
    course = make_course(3, [(0, 1), (1, 2)], [[(0, 1.0)], [(2, 1.0)]])
    found = walk(course, np.array([0, 2]))
    assert found.reached.tolist() == [True, False]
    assert found.level[1, 0] > 0 and found.level[1, 2] < 0.2


def test_the_paper_profile_squeezes_every_goal_out_of_reach():
    course = replace(make_course(2, [(0, 1)], [[(0, 1.0)], [(1, 1.0)]]), rates=RATE_PROFILES["paper"])
    assert not walk(course, np.array([1])).reached.any()


def test_goals_are_the_ends_of_chains():
    course = make_course(4, [(0, 1), (1, 2)], [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]])
    assert find_goals(course).tolist() == [2]
    assert ALL_RIGHT.right == 1.0
