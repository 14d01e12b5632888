"""Paths: no resource twice while there is another, no prerequisite skipped, the numbers of a short one by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policies.planner import compute_closure, plan_steps
from models.policies.rule_based import make_curriculum_order, make_needed_first, make_simple_baselines
from models.recommender import find_feasible_resources, find_wanted_points
from tests.models.courses import any_course, few, levels, little_course, make_course, observe, random_course


@few
@given(any_course(), st.data())
def test_a_plan_keeps_every_promise(course, data):
    start = observe(course, [data.draw(levels(course.points))], data.draw(goals(course.points)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=course.resources, max_size=course.resources)))
    for rung in make_simple_baselines(course):
        path = plan_steps(course, rung, start, allowed, longest=10)
        assert len(path.steps) <= 10
        level, closure, times = start.level[0], compute_closure(course, start), np.zeros(course.resources)
        for step in path.steps:
            wanted = find_wanted_points(course, level[None], start.target, closure)
            feasible = find_feasible_resources(course, level[None], wanted)[0] & allowed
            assert feasible[step.resource] and times[step.resource] == times[feasible].min()
            times[step.resource] += 1
            assert (step.before == level).all()
            taught = course.taught[step.resource][course.importance[step.resource] > 0]
            needed = [a for a, b in course.prerequisites if b in taught]
            assert (level[needed] >= course.met[needed]).all()
            assert ((step.after >= 0) & (step.after <= 1)).all()
            level = step.after
        aimed = start.target[0] > 0
        assert path.reached == bool((level[aimed] >= start.target[0][aimed]).all())


def goals(points):
    return st.lists(st.integers(0, points - 1), unique=True, min_size=1, max_size=2)


def test_a_plan_by_hand():
    course = make_course(2, [(0, 1)], [[(0, 1.0)], [(1, 1.0)], [(1, 1.0)]])
    path = plan_steps(course, make_curriculum_order(course), observe(course, [[0.5, 0.2]], [1]), np.ones(3, dtype=bool))
    assert [step.resource for step in path.steps[:4]] == [0, 1, 2, 0]
    # chance = max(0.8, σ(0)) = 0.8: nouns 0.5 + 0.8 · 0.175 − 0.2 · 0.125 = 0.615, a tenth of the 0.115 goes on to 1
    first, second = path.steps[:2]
    assert first.success == pytest.approx(0.8)
    assert first.after == pytest.approx([0.615, 0.2115], abs=1e-6)
    # 0.8 · 0.35 · 0.7885 − 0.2 · 0.25 · 0.2115 = 0.210205
    assert second.after == pytest.approx([0.615, 0.421705], abs=1e-5)
    assert path.reached, "by repeats, where there is nothing else"


def test_what_was_done_lately_comes_after_the_rest():
    course = make_course(1, [], [[(0, 1.0)], [(0, 1.0)]])
    start, both = observe(course, [[0.3]], [0]), np.ones(2, dtype=bool)
    path = plan_steps(course, make_curriculum_order(course), start, both, np.array([True, False]))
    assert [step.resource for step in path.steps[:4]] == [1, 0, 1, 0]


def test_the_gate_of_a_point_that_was_demonstrated_stays_open():
    course = make_course(2, [(0, 1)], [[(0, 1.0)], [(1, 1.0)]])
    start = observe(course, [[0.4, 0.2]], [1])
    open_gate = replace(start, demonstrated=np.array([[0.9, 0.2]], dtype=np.float32))
    needed = make_needed_first(course)
    assert plan_steps(course, needed, start, np.ones(2, dtype=bool)).steps[0].resource == 0
    assert {step.resource for step in plan_steps(course, needed, open_gate, np.ones(2, dtype=bool)).steps} == {1, 0}
    assert plan_steps(course, needed, open_gate, np.ones(2, dtype=bool)).steps[0].resource == 1


def test_a_reached_goal_needs_no_steps():
    course = little_course()
    path = plan_steps(
        course, make_curriculum_order(course), observe(course, [[0.9, 0.9, 0.9, 0]], [2]), np.ones(5, dtype=bool)
    )
    assert path.reached
    assert path.steps == []


def test_the_goal_is_reached_where_there_is_enough_material():
    course = random_course(4, points=8, copies=12)
    start = observe(course, [np.full(8, 0.3)], [7])
    path = plan_steps(course, make_curriculum_order(course), start, np.ones(course.resources, dtype=bool))
    assert path.reached
    assert path.steps[-1].after[7] >= 0.8


def test_without_a_goal_the_whole_course_is_the_way():
    course = little_course()
    start = observe(course, [[0.9, 0.9, 0.9, 0.2]], [0])
    nowhere = replace(start, target=np.zeros_like(start.target))
    assert compute_closure(course, nowhere).all()
    path = plan_steps(course, make_curriculum_order(course), nowhere, np.ones(5, dtype=bool))
    assert {step.resource for step in path.steps} == {3}
