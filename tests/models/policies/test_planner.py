"""Paths: no resource twice, no prerequisite skipped, and the numbers of a short one by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policies.planner import compute_closure, plan_steps
from models.policies.rule_based import make_curriculum_order, make_simple_baselines
from tests.models.courses import any_course, few, levels, little_course, make_course, observe, random_course


@few
@given(any_course(), st.data())
def test_a_plan_keeps_every_promise(course, data):
    start = observe(course, [data.draw(levels(course.points))], data.draw(goals(course.points)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=course.resources, max_size=course.resources)))
    for rung in make_simple_baselines(course):
        path = plan_steps(course, rung, start, allowed, longest=10)
        resources = [step.resource for step in path.steps]
        assert len(set(resources)) == len(resources) <= 10
        assert allowed[resources].all()
        level = start.level[0]
        for step in path.steps:
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
    assert [step.resource for step in path.steps] == [0, 1, 2]
    # chance = max(0.8, σ(0)) = 0.8: nouns 0.5 + 0.8 · 0.175 − 0.2 · 0.125 = 0.615, a tenth of the 0.115 goes on to 1
    first, second, _ = path.steps
    assert first.success == pytest.approx(0.8)
    assert first.after == pytest.approx([0.615, 0.2115], abs=1e-6)
    # 0.8 · 0.35 · 0.7885 − 0.2 · 0.25 · 0.2115 = 0.210205
    assert second.after == pytest.approx([0.615, 0.421705], abs=1e-5)
    assert not path.reached


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
    assert [step.resource for step in path.steps] == [3]
