"""Beam search through KSS with the true state and dynamics: an upper bound, and no tutor.

The whole rest of a path is searched when it begins, `width` abilities abreast; those with most targets right go on,
then those nearest to it:

    score = Σ_targets right + closeness / 2,   closeness = mean over targets of clip((a + 4) / (threshold + 4), 0, 1)

Practice without an effect is considered only where nothing else is possible. `constrained` keeps off points with a
prerequisite that is answered wrongly in truth: a tutor's estimate would change with every answer of every branch. Where
the tutor's estimate forbids what was planned, the rest is planned anew, beginning with a candidate.
"""

from typing import Protocol

import numpy as np

from benchmarks.kss_world import BEFORE, MOST, NEAR, POINTS, RIGHT_FROM, SPREADS, Abilities
from models.course import Flags, Floats, Ints
from models.recommender import Decision, Observation, by_score

WIDTH = 150
LEAST = -4.0
"""Below the abilities of nearly all students."""
_BEFORE, _SPREADS, _RIGHT_FROM = (array.astype(np.float32) for array in (BEFORE, SPREADS, RIGHT_FROM))


class Known(Protocol):
    """Students whose truth may be asked."""

    def truth(self) -> tuple[Abilities, Ints]:
        """Abilities (B, N) and last items in effect (B,)."""
        ...


class Beam:
    """A recommender for all places of a world of `students`, in their order."""

    def __init__(self, students: Known, constrained: bool = False, width: int = WIDTH) -> None:
        self.students, self.constrained, self.width = students, constrained, width
        self.name = "beam_constrained" if constrained else "beam"
        self.version = f"{self.name}-{width}"
        self._plan = np.zeros((0, 0), dtype=np.int64)

    def decide(self, observation: Observation) -> Decision:
        """What was planned, or the first step of a new plan."""
        assert observation.trail, "the length of the path is in the trail"
        left, steps = observation.trail.left.astype(np.int64), observation.steps.astype(np.int64)
        self._make_room(len(observation), int((left + steps).max()))
        rows = np.arange(len(observation))
        possible = np.zeros((len(observation), POINTS), dtype=bool)
        possible[rows[:, None], observation.candidates] |= observation.mask
        new = (steps == 0) | ~possible[rows, self._plan[rows, steps]]
        if new.any():
            ability, last = self.students.truth()
        for length in np.unique(left[new]):
            who = np.flatnonzero(new & (left == length))
            wanted = (observation.target[who] > 0).astype(np.float32)
            paths = search(ability[who], last[who], wanted, possible[who], self._limits(int(length)))
            self._plan[who[:, None], steps[who, None] + np.arange(length)] = paths
        chosen = self._plan[rows, steps]
        return by_score((observation.candidates == chosen[:, None]).astype(np.float32), observation.mask)

    def _limits(self, length: int) -> tuple[int, int, bool]:
        return length, self.width, self.constrained

    def _make_room(self, size: int, length: int) -> None:
        if len(self._plan) != size or self._plan.shape[1] < length:
            self._plan = np.zeros((size, length), dtype=np.int64)


def search(ability: Abilities, last: Ints, target: Floats, first: Flags, limits: tuple[int, int, bool]) -> Ints:
    """Best paths found (B, T); `first` (B, N) may be first. `limits`: T, the width, and whether it is constrained."""
    length, width, constrained = limits
    rows = np.arange(len(last))[:, None]
    a, at = ability[:, None].astype(np.float32), last[:, None]
    paths, score = np.zeros((len(last), 1, 0), dtype=np.int64), np.zeros((len(last), 1))
    possible = first[:, None]
    for turn in range(length):
        if turn:
            possible = _met(a) if constrained else np.ones(a.shape, dtype=bool)
        after, options = _children(a, at, possible & (score > -np.inf)[..., None])
        scored = np.where(options, _score(after, target), -np.inf).reshape(len(last), -1)
        best = np.argpartition(-scored, min(width, scored.shape[1]) - 1, axis=1)[:, :width]
        parent, point = best // POINTS, best % POINTS
        effect = NEAR[at[rows, parent], point] | (at[rows, parent] < 0)
        a, at = after[rows, parent, point], np.where(effect, point, at[rows, parent])
        paths, score = np.concatenate([paths[rows, parent], point[..., None]], axis=2), scored[rows, best]
    return np.asarray(paths[rows[:, 0], score.argmax(axis=1)])


def _met(ability: Floats) -> Flags:
    """(B, W, N) points all of whose prerequisites are answered rightly."""
    return np.asarray((ability < _RIGHT_FROM).astype(np.float32) @ _BEFORE == 0)


def _children(ability: Floats, last: Ints, possible: Flags) -> tuple[Floats, Flags]:
    """Abilities (B, W, N, N) after each next point, and which of the points are options (B, W, N)."""
    effect = NEAR[last] | (last < 0)[..., None]
    gain = 0.5 * (MOST - ability) * np.exp((ability - MOST) @ _BEFORE) * effect
    useful = possible & effect
    options = np.where(useful.any(axis=-1, keepdims=True), useful, possible)
    return np.minimum(MOST, ability[..., None, :] + gain[..., None] * _SPREADS).astype(np.float32), options


def _score(ability: Floats, target: Floats) -> Floats:
    """(B, W, N) of abilities (B, W, N, N)."""
    near = np.clip((ability - LEAST) / (_RIGHT_FROM - LEAST).astype(np.float32), 0, 1)
    value = (ability >= _RIGHT_FROM) + near / (2 * target.sum(axis=1))[:, None, None, None]
    return np.asarray((value @ target[:, None, :, None])[..., 0])
