"""Walk simulated learners through a course of the graph, and report goals that they do not reach, with the reason.

Beside the checks of `graph.lint`, which look at rows: a course can be in order row by row and still not be taught to
its goals, for instance where a prerequisite has no resource or where the update cannot come to the threshold.
"""

from dataclasses import replace

import numpy as np

from graph.catalogue import CourseRows, read_course_rows
from graph.connection import Graph
from graph.lint.findings import GOAL_FAR_AWAY, GOAL_OUT_OF_REACH, REACH_CHECKS, Hit, LintFinding, make_findings
from models.course import Course
from models.evaluation.walks import ALL_RIGHT, USUAL, WEEKLY, Walk, WalkConfig, find_goals, walk_to_goals
from models.policies.rule_based import make_needed_first
from models.recommender import find_blocked_points
from services.courses.arrays import build_course

MAX_GOALS = 100
"""Goals that are walked to; of more, evenly spread ones."""
MAX_POINTS = 3000
"""Points beyond which no course is walked through: it would take minutes."""


async def lint_reach(graph: Graph, course: str, only: str | None = None) -> list[LintFinding]:
    """Return goals out of reach or far away of one course; both checks, or the one named `only`. Raises `NotFound`."""
    if only not in (None, *(check.name for check in REACH_CHECKS)):
        return []
    return find_unreached_goals(await read_course_rows(graph, course), only)


def find_unreached_goals(rows: CourseRows, only: str | None = None) -> list[LintFinding]:
    """Return the findings on a course that was read; nothing for one without resources or beyond MAX_POINTS points."""
    course = build_course(rows)
    if not course.resources or course.points > MAX_POINTS:
        return []
    goals = find_goals(course)
    if len(goals) > MAX_GOALS:
        goals = goals[np.linspace(0, len(goals) - 1, MAX_GOALS).astype(int)]
    names = {row["id"]: row["name"] for row in rows.points}
    farthest = max(int(course.closure(np.array([goal])).sum()) for goal in goals)
    walks = {
        label: walk_to_goals(course, make_needed_first(course), goals, replace(config, answers=40 + effort * farthest))
        for label, config, effort in _WALKS
    }
    best = walks["all right"]
    missed = np.flatnonzero(~best.reached).tolist()
    out = [_describe_obstacle(course, names, int(goals[n]), best, n) for n in missed]
    far: list[Hit] = []
    for n in np.flatnonzero(best.reached).tolist():
        late = [label for label in ("usual", "weekly") if not walks[label].reached[n]]
        if late:
            text = f"not reached after {int(walks[late[0]].answers[n])} answers of a learner who learns {_HOW[late[0]]}"
            far.append((course.point_ids[goals[n]], text))
    found = {GOAL_OUT_OF_REACH: out, GOAL_FAR_AWAY: far}
    return [
        finding
        for check, hits in found.items()
        if only in (None, check.name)
        for finding in make_findings(check, sorted(hits), rows.id)
    ]


_WALKS: tuple[tuple[str, WalkConfig, int], ...] = (
    ("all right", ALL_RIGHT, 6),
    ("usual", USUAL, 20),
    ("weekly", WEEKLY, 20),
)
"""Who walks, and how many answers they may give for each point before the goal."""
_HOW = {"usual": "daily", "weekly": "once a week"}


def _describe_obstacle(course: Course, names: dict[str, str], goal: int, walk: Walk, n: int) -> Hit:
    """Return the goal and what is in the way: points without resources first, else points that stay too low."""
    blocked = find_blocked_points(course, walk.gate[[n]])[0]
    before = course.closure(np.array([goal])) & ~blocked & (walk.level[n] < course.mastered)
    taught = np.asarray(course.teaches.sum(axis=0)).ravel() > 0
    lacking = np.flatnonzero(before & ~taught)
    if len(lacking):
        return course.point_ids[goal], "no active resource teaches " + _join(course, names, lacking)
    low = np.flatnonzero(before)
    if not len(low):
        return course.point_ids[goal], "its prerequisites wait for each other"
    worst = int(low[walk.level[n][low].argmin()])
    level, needed = float(walk.level[n][worst]), float(course.mastered[worst])
    return course.point_ids[goal], f"{_name(course, names, worst)} stays at {level:.0%}, mastered is {needed:.0%}"


def _join(course: Course, names: dict[str, str], points: np.ndarray) -> str:
    shown = [_name(course, names, int(point)) for point in points[:3]]
    return ", ".join(shown) + (f" and {len(points) - 3} more" if len(points) > 3 else "")


def _name(course: Course, names: dict[str, str], point: int) -> str:
    id = course.point_ids[point]
    return names.get(id) or id
