"""Beam search through KSS with the true state and dynamics: an upper bound, and no tutor.

The whole rest of a path is searched when it begins, `width` abilities abreast; those with most targets right go on,
then those nearest to it:

    score = Σ_targets right + closeness / 2,   closeness = mean over targets of clip((a + 4) / (threshold + 4), 0, 1)

A gate says what is possible on each branch: everything (`Gate`), points whose prerequisites would be answered rightly
in truth (`TrueGate`), or what the tutor's estimate allows after the branch's answers (`TutorGate`, where practice
without an effect may still change the estimate; elsewhere it is considered only if nothing else is possible). Where a
world does not allow what was planned, the rest is planned anew, beginning with a candidate.
"""

from typing import NamedTuple, Protocol

import numpy as np

from benchmarks.kss_world import BEFORE, MOST, NEAR, POINTS, RIGHT_FROM, SPREADS, Abilities
from models.course import Course, Flags, Floats, Ints
from models.learners.contract import Memory, Question
from models.learners.log import NOTHING
from models.recommender import Decision, Observation, blocked_points, by_score

WIDTH = 150
LEAST = -4.0
"""Below the abilities of nearly all students."""
_BEFORE, _SPREADS, _RIGHT_FROM = (array.astype(np.float32) for array in (BEFORE, SPREADS, RIGHT_FROM))


class Known(Protocol):
    """Students whose truth may be asked."""

    def truth(self) -> tuple[Abilities, Ints]:
        """Abilities (B, N) and last items in effect (B,)."""
        ...


class Gate:
    """No constraint. `memory` (B, W, H) is the tutor's, for a gate that asks for it."""

    name, waits = "beam", False

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """(B, W, N) what may be practised."""
        return np.ones(ability.shape, dtype=bool)

    def heard(self, memory: Floats, points: Ints, right: Flags) -> Floats:
        """The tutor's memory after the answers (B, W)."""
        return memory


class TrueGate(Gate):
    """Points all of whose prerequisites would be answered rightly."""

    name = "beam_met"

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """See `Gate`."""
        return np.asarray((ability < _RIGHT_FROM).astype(np.float32) @ _BEFORE == 0)


class TutorGate(Gate):
    """What the tutor of a course allows, whose learner model keeps all it goes by in the learner's vector (a DKT)."""

    name, waits = "beam_constrained", True

    def __init__(self, course: Course) -> None:
        assert course.tracer, "there is no tutor without a learner model"
        self.course, self.model = course, course.tracer.model

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """See `Gate`."""
        learner = memory.reshape(-1, memory.shape[2])
        question = _question(np.repeat(np.arange(POINTS)[None], len(learner), axis=0))
        level = self.model.mastery(Memory(learner, np.zeros((len(learner), POINTS, 1), np.float32)), question).level
        return ~blocked_points(self.course, level).reshape(ability.shape)

    def heard(self, memory: Floats, points: Ints, right: Flags) -> Floats:
        """See `Gate`."""
        known = Memory(memory.reshape(-1, memory.shape[2]), np.zeros((points.size, 1, 1), np.float32))
        return self.model.update(known, _question(points.reshape(-1, 1)), right.ravel()).learner.reshape(memory.shape)


class Start(NamedTuple):
    """Where B searches begin: abilities, targets and what may be first (B, N), last items (B,), memories (B, H)."""

    ability: Abilities
    last: Ints
    memory: Floats
    target: Floats
    first: Flags


class Beam:
    """A recommender for all places of a world of `students`, in their order."""

    version = "1"

    def __init__(self, students: Known, gate: Gate | None = None, width: int = WIDTH) -> None:
        self.students, self.gate, self.width = students, gate or Gate(), width
        self.name = self.gate.name
        self._plan = np.zeros((0, 0), dtype=np.int64)

    def decide(self, observation: Observation) -> Decision:
        """What was planned, or the first step of a new plan."""
        assert observation.trail, "the length of the path is in the trail"
        left, steps = observation.trail.left.astype(np.int64), observation.steps.astype(np.int64)
        self._make_room(len(observation), int((left + steps).max()))
        rows = np.arange(len(observation))
        possible = np.zeros((len(observation), POINTS), dtype=bool)
        learner, place = np.nonzero(observation.mask)
        possible[learner, observation.candidates[learner, place]] = True
        new = (steps == 0) | ~possible[rows, self._plan[rows, steps]]
        for length in np.unique(left[new]):
            who = np.flatnonzero(new & (left == length))
            ability, last = self.students.truth()
            wanted = (observation.target[who] > 0).astype(np.float32)
            start = Start(ability[who], last[who], observation.trail.memory[who], wanted, possible[who])
            self._plan[who[:, None], steps[who, None] + np.arange(length)] = search(
                start, int(length), self.gate, self.width
            )
        chosen = self._plan[rows, steps]
        return by_score((observation.candidates == chosen[:, None]).astype(np.float32), observation.mask)

    def _make_room(self, size: int, length: int) -> None:
        if len(self._plan) != size or self._plan.shape[1] < length:
            self._plan = np.zeros((size, length), dtype=np.int64)


def search(start: Start, length: int, gate: Gate, width: int = WIDTH) -> Ints:
    """The best paths found, (B, T)."""
    rows = np.arange(len(start.last))[:, None]
    a, last, memory = start.ability[:, None].astype(np.float32), start.last[:, None], start.memory[:, None]
    paths, score = np.zeros((len(rows), 1, 0), dtype=np.int64), np.zeros((len(rows), 1))
    for turn in range(length):
        possible = gate.possible(a, memory)
        if turn == 0:
            possible = _either(possible & start.first[:, None], start.first[:, None])
        after, effect = _children(a, last)
        options = possible if gate.waits else _either(possible & effect, possible)
        options &= (score > -np.inf)[..., None]
        scored = np.where(options, _score(after, start.target), -np.inf).reshape(len(rows), -1)
        best = np.argpartition(-scored, min(width, scored.shape[1]) - 1, axis=1)[:, :width]
        parent, point = best // POINTS, best % POINTS
        a, last = after[rows, parent, point], np.where(effect[rows, parent, point], point, last[rows, parent])
        right = np.take_along_axis(a >= _RIGHT_FROM, point[..., None], axis=2)[..., 0]
        memory = gate.heard(memory[rows, parent], point, right)
        paths, score = np.concatenate([paths[rows, parent], point[..., None]], axis=2), scored[rows, best]
    return np.asarray(paths[rows[:, 0], score.argmax(axis=1)])


def _either(wanted: Flags, otherwise: Flags) -> Flags:
    """The first where it allows anything."""
    return np.where(wanted.any(axis=-1, keepdims=True), wanted, otherwise)


def _children(ability: Floats, last: Ints) -> tuple[Floats, Flags]:
    """Abilities (B, W, N, N) after each next point, and which of these have an effect (B, W, N)."""
    effect = NEAR[last] | (last < 0)[..., None]
    gain = 0.5 * (MOST - ability) * np.exp((ability - MOST) @ _BEFORE) * effect
    after = np.minimum(MOST, ability[..., None, :] + gain[..., None] * _SPREADS)
    return after.astype(np.float32), effect


def _score(ability: Floats, target: Floats) -> Floats:
    """(B, W, N) of abilities (B, W, N, N)."""
    near = np.clip((ability - LEAST) / (_RIGHT_FROM - LEAST).astype(np.float32), 0, 1)
    value = (ability >= _RIGHT_FROM) + near / (2 * target.sum(axis=1))[:, None, None, None]
    return np.asarray((value @ target[:, None, :, None])[..., 0])


def _question(points: Ints) -> Question:
    ones = np.ones(points.shape, dtype=np.float32)
    return Question(points, ones, np.full(len(points), NOTHING), 0 * ones)
