"""A little course by hand: nouns → articles → adjectives, nouns → plurals; four resources."""

from pathlib import Path

import numpy as np

from models.course import Course
from models.policies.rule_based import make_greedy_expected_gain
from models.policies.selection import CourseStrategies
from services.courses.served import ServedCourse, ServedStrategies
from services.schemas import PointName, ResourceView

POINTS = ["nouns", "articles", "adjectives", "plurals"]
NOUNS, ARTICLES, ADJECTIVES, PLURALS = range(4)


def little_course() -> Course:
    return Course(
        id="little",
        point_ids=POINTS,
        resource_ids=["r-nouns", "r-articles", "r-adjectives", "r-both"],
        prerequisites=np.array([[0, 1], [1, 2], [0, 3]]),
        related=np.zeros((0, 2), dtype=np.int64),
        related_weight=np.zeros(0, dtype=np.float32),
        taught=np.array([[0, 0], [1, 0], [2, 0], [3, 1]]),
        importance=np.array([[1, 0], [1, 0], [1, 0], [1, 0.6]], dtype=np.float32),
        mastered=np.full(4, 0.8, dtype=np.float32),
        met=np.full(4, 0.6, dtype=np.float32),
        difficulty=np.zeros(4, dtype=np.float32),
        minutes=np.full(4, 10, dtype=np.float32),
        kind=np.zeros(4, dtype=np.int64),
        modality=np.zeros(4, dtype=np.int64),
    )


def little_served() -> ServedCourse:
    course = little_course()
    resources = [
        ResourceView(id, id.title(), "lesson", "text", None, 0.0, 10, None, None) for id in course.resource_ids
    ]
    points = [PointName(id, id.title()) for id in POINTS]
    strategies = ServedStrategies(
        CourseStrategies(course, Path(), Path()), ("greedy",), make_greedy_expected_gain(course)
    )
    return ServedCourse(course, 1, "Little", 4, points, ["A1", "A1", "A2", "A2"], resources, [], strategies)
