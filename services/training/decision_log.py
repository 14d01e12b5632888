"""The graph's log of a course's decisions as arrays for offline learning: state, choice, reward, next state."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graph.connection import Graph
from graph.recommendations.decisions import LoggedDecision
from graph.recommendations.transitions import LearnerSnapshot, Transition, read_transitions
from models.arrays import Floats
from models.course import Course
from models.recommender import Observation, find_wanted_points
from models.rl.offline_log import OfflineLog

MAX_STATE_VALUES = 100_000_000
"""States times points that are held, about 1.5 GB; what is beyond is left in the graph."""


@dataclass
class LogReadCounts:
    """Counts of what was read of the log.

    Attributes:
        decisions: answered ones of this course; learners: whose they are.
        not_in_course: of them, with a resource or goals that the course has no more.
        without_next: at the end of the log or before a change of goals: the next state is not known.
        is_truncated: whether learners were left out because the log is too large to be held.
    """

    decisions: int = 0
    learners: int = 0
    not_in_course: int = 0
    without_next: int = 0
    is_truncated: bool = False

    @property
    def used(self) -> int:
        """Steps to learn from."""
        return self.decisions - self.not_in_course - self.without_next


async def read_decision_log(
    graph: Graph, course: Course, report: Callable[[LogReadCounts], None] = lambda read: None
) -> tuple[OfflineLog, LogReadCounts]:
    """Read all answered decisions on `course`; `report` is called with the counts after each learner."""
    log, read = _LogBuilder(course), LogReadCounts()
    async for steps in _group_by_learner(graph, course.id):
        read.is_truncated = log.held * course.points > MAX_STATE_VALUES
        if read.is_truncated:
            break
        _add_steps(log, read, steps)
        report(read)
    return log.logged(), read


async def _group_by_learner(graph: Graph, course: str) -> AsyncIterator[list[Transition]]:
    steps: list[Transition] = []
    async for step in read_transitions(graph, course):
        if steps and steps[-1].decision.learner != step.decision.learner:
            yield steps
            steps = []
        steps.append(step)
    if steps:
        yield steps


def _add_steps(log: "_LogBuilder", read: LogReadCounts, steps: Sequence[Transition]) -> None:
    """One learner's steps, each with what followed, or a count of why not."""
    read.decisions += len(steps)
    read.learners += 1
    for number, step in enumerate(steps):
        if not log.knows(step.decision):
            read.not_in_course += 1
        elif not log.add(step, steps[number + 1 :], read.learners):
            read.without_next += 1


class _LogBuilder:
    """Rows and columns while they are collected."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._level: list[Floats] = []
        self._days: list[Floats] = []
        self._goals: list[dict[int, float]] = []
        self._candidates: list[list[int]] = []
        self._numbers: list[tuple[float, int]] = []
        self._steps: list[tuple[float, ...]] = []
        self._rows: dict[str, int] = {}
        self._episode = 0

    @property
    def held(self) -> int:
        """States so far."""
        return len(self._level)

    def knows(self, decision: LoggedDecision) -> bool:
        """Return whether the chosen resource and the goals are still in the course."""
        course = self._course
        chosen = decision.resource in course.resource_index and decision.resource in decision.candidates
        return chosen and all(goal.point in course.point_index for goal in decision.goals)

    def add(self, step: Transition, later: Sequence[Transition], learner: int) -> bool:
        """Add one step; return false and add nothing where the next state is not known."""
        reached = self._reached(step)
        following = self._row(step.decision, step.after, "") if reached else self._following(step, later)
        if following is None:
            return False
        state = self._row(step.decision, step.before, step.decision.id)
        if not self._steps or self._steps[-1][1] != state or self._steps[-1][-1]:
            self._episode += 1
        chosen = self._candidates[state].index(self._course.resource_index[step.decision.resource])
        worth = (step.decision.propensity, step.reward)
        self._steps.append((state, following, chosen, *worth, learner, self._episode, reached))
        return True

    def logged(self) -> OfflineLog:
        """Return everything that was added as arrays."""
        columns = np.array(self._steps, dtype=np.float64).reshape(-1, 8).T
        state, following, chosen, learner, episode = (columns[place].astype(np.int64) for place in (0, 1, 2, 5, 6))
        propensity, gain = (columns[place].astype(np.float32) for place in (3, 4))
        reached = columns[7] > 0
        states = self._observation()
        return OfflineLog(states, state, following, chosen, propensity, gain, reached, reached, learner, episode)

    def _reached(self, step: Transition) -> bool:
        """Whether every goal is at its level after the step."""
        levels = {point: seen.level for point, seen in step.after.points.items()}
        aims = self._aims(step.decision)
        return bool(aims) and all(levels.get(self._course.point_ids[place], 0.0) >= aim for place, aim in aims.items())

    def _following(self, step: Transition, later: Sequence[Transition]) -> int | None:
        """The row of the state that was decided in next, with the same goals."""
        answered = next((each for each in later if each.decision.step > step.decision.step), None)
        decision = answered.decision if answered else step.next
        if decision is None or decision.goals != step.decision.goals or decision.step <= step.decision.step:
            return None
        if not self._known(decision):
            return None
        return self._row(decision, answered.before, decision.id) if answered else self._row(decision, step.after, "")

    def _row(self, decision: LoggedDecision, state: LearnerSnapshot, key: str) -> int:
        """The row of a state; the one before a decision, whose id is the `key`, is stored once."""
        if key and key in self._rows:
            return self._rows[key]
        level, days = (np.zeros(self._course.points, dtype=np.float32) for _ in range(2))
        for point, seen in state.points.items():
            place = self._course.point_index.get(point)
            if place is not None:
                level[place], days[place] = seen
        self._level.append(level)
        self._days.append(days)
        self._goals.append(self._aims(decision))
        self._candidates.append(self._known(decision))
        self._numbers.append((state.success, state.answers))
        if key:
            self._rows[key] = self.held - 1
        return self.held - 1

    def _known(self, decision: LoggedDecision) -> list[int]:
        found = map(self._course.resource_index.get, decision.candidates)
        return [place for place in found if place is not None]

    def _aims(self, decision: LoggedDecision) -> dict[int, float]:
        """Goal point → the level aimed at: the mastered threshold, or higher if the learner says so."""
        index, mastered = self._course.point_index, self._course.mastered
        return {
            index[goal.point]: max(goal.level, float(mastered[index[goal.point]]))
            for goal in decision.goals
            if goal.point in index
        }

    def _observation(self) -> Observation:
        course, held = self._course, self.held
        target, closure = np.zeros((held, course.points), dtype=np.float32), np.ones((held, course.points), dtype=bool)
        width = max(map(len, self._candidates), default=1)
        candidates, mask = np.zeros((held, width), dtype=np.int64), np.zeros((held, width), dtype=bool)
        for row, (goals, places) in enumerate(zip(self._goals, self._candidates, strict=True)):
            candidates[row, : len(places)], mask[row, : len(places)] = places, True
            if goals:
                target[row, list(goals)] = list(goals.values())
                closure[row] = course.closure(np.array(list(goals)))
        level = np.array(self._level, dtype=np.float32).reshape(held, course.points)
        days = np.array(self._days, dtype=np.float32).reshape(held, course.points)
        success, answers = np.array(self._numbers, dtype=np.float32).reshape(held, 2).T
        wanted = find_wanted_points(course, level, target, closure)
        return Observation(level, days, target, wanted, candidates, mask, success, answers)
