"""Rows to arrays: positions, padding, defaults and overrides."""

import numpy as np

from api.course_arrays import course_of
from graph.catalogue import CourseRows

POINTS = [
    {"id": "a", "mastered_at": None, "met_at": 0.5},
    {"id": "b", "mastered_at": 0.9, "met_at": None},
    {"id": "c", "mastered_at": None, "met_at": None},
]
RESOURCES = [
    {"id": "r1", "kind": "video", "modality": "audio", "difficulty": None, "minutes": 5},
    {"id": "r2", "kind": "lesson", "modality": "text", "difficulty": 1.5, "minutes": 8},
]


def rows(**settings):
    return CourseRows(
        id="x",
        title="X",
        settings=settings,
        revision=1,
        included=["a", "b", "c"],
        points=POINTS,
        prerequisites=[{"before": "a", "after": "b"}, {"before": "elsewhere", "after": "b"}],
        related=[{"a": "a", "b": "c", "weight": 0.4}],
        resources=RESOURCES,
        teaches=[
            {"resource": "r2", "point": "b", "importance": 0.6},
            {"resource": "r1", "point": "a", "importance": 1.0},
            {"resource": "r2", "point": "c", "importance": 1.0},
        ],
        items=[],
    )


def test_every_row_lands_at_its_place():
    course = course_of(rows())
    assert course.prerequisites.tolist() == [[0, 1]]
    assert course.related.tolist() == [[0, 2]]
    assert course.taught.tolist() == [[0, 0], [2, 1]]
    assert np.allclose(course.importance, [[1, 0], [1, 0.6]])
    assert np.allclose(course.mastered, [0.8, 0.9, 0.8])
    assert np.allclose(course.met, [0.5, 0.6, 0.6])
    assert course.difficulty.tolist() == [0.0, 1.5]
    assert (course.kind.tolist(), course.modality.tolist()) == ([3, 0], [1, 0])


def test_settings_of_the_course_override_the_profile():
    course = course_of(rows(profile="paper", gainRight=0.5, repeatAfterDays=3, masteredAt=0.7))
    assert (course.rates.gain_right, course.rates.propagation, course.rates.compression) == (0.5, 1.0, "sigmoid")
    assert course.thresholds.repeat_after_days == 3
    assert np.allclose(course.mastered, [0.7, 0.9, 0.7])


def test_an_empty_course_is_a_course():
    course = course_of(CourseRows("x", "X", {}, 0, [], [], [], [], [], [], []))
    assert (course.points, course.resources) == (0, 0)
    assert course.closure(np.array([], dtype=int)).shape == (0,)
