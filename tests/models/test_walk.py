"""Walks by hand, and the check of the constraint where somebody breaks it."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.course import Floats, Ints
from models.ladder import Random
from models.practice import PracticeWorld, Rules
from models.recommender import Decision, Observation, by_score
from models.walk import skips, walk
from tests.models.courses import few, levels
from tests.models.students import Chain, practice_course

N = 3
EDGES = [(0, 1), (1, 2)]


@dataclass
class Fixed:
    """Everybody goes the same way, whatever is allowed; `seen` keeps the levels at each step."""

    way: tuple[int, ...]
    name: str = "fixed"
    version: str = "1"
    seen: list[Floats] = field(default_factory=list)

    def decide(self, observation: Observation) -> Decision:
        self.seen.append(observation.level.copy())
        point = self.way[int(observation.steps[0])]
        return by_score((observation.candidates == point).astype(np.float32), observation.mask)


def world(length: int, met: float = 0.5, free: bool = True) -> PracticeWorld:
    """One knows nothing and wants the ends of the chain, one knows its beginning and wants everything."""
    known = np.array([[False, False, False], [True, False, False]])
    target = np.array([[True, False, True], [True, True, True]])
    return PracticeWorld(practice_course(N, EDGES, met), Chain(known, target), 2, Rules((length,), free, in_turn=True))


@pytest.mark.parametrize(
    ("way", "right", "ep"),
    [
        ((0, 1, 2), [[False, False, False], [True, False, False]], [1, 1]),
        ((0, 0, 1), [[False, True, False], [True, True, False]], [0.5, 0.5]),
        ((2, 1, 0), [[False, False, False], [False, False, True]], [0.5, 0.5]),
        ((2, 2), [[False, False], [False, False]], [0, 0]),
    ],
)
def test_paths_by_hand(way: tuple[int, ...], right: list[list[bool]], ep: list[float]) -> None:
    found = walk(world(len(way)), Fixed(way), seed=0)
    assert found.points.tolist() == [list(way)] * 2
    assert found.right.tolist() == right
    assert found.ep.tolist() == pytest.approx(ep)
    assert found.target.tolist() == [[1, 0, 1], [1, 1, 1]]
    assert found.ms_per_step > 0


@pytest.mark.parametrize(("met", "violations"), [(0.0, 0), (1.0, 6)])
def test_steps_that_skip_a_prerequisite_are_counted(met: float, violations: int) -> None:
    # of 2, 1, 2, 0 three have a prerequisite; a level of 1 is never met, 0 always
    assert walk(world(4, met), Fixed((2, 1, 2, 0)), seed=0).violations == violations


def test_violations_are_counted_by_the_levels_that_were_shown() -> None:
    course, way, expected = world(6).course, (1, 2, 0, 1, 2, 2), 0
    middle = float(np.median([level[:, :2] for level in _shown(world(6), way)]))
    rung = Fixed(way)
    found = walk(world(6, middle), rung, seed=0)
    for level, point in zip(rung.seen, way, strict=True):
        expected += sum(level[row, point - 1] < np.float32(middle) for row in range(2)) if point else 0
    assert 0 < expected < 2 * sum(point > 0 for point in way)
    assert found.violations == expected
    assert course.prerequisites.tolist() == [list(edge) for edge in EDGES]


def _shown(free: PracticeWorld, way: tuple[int, ...]) -> list[Floats]:
    rung = Fixed(way)
    walk(free, rung, seed=0)
    return rung.seen


def test_who_keeps_to_the_candidates_violates_nothing() -> None:
    for met in (0.3, 0.5, 1.0):
        found = walk(world(5, met, free=False), Random(world(5).course, 0), seed=0)
        assert found.violations == 0
        assert found.points.shape == found.right.shape == (2, 5)


def test_the_same_seed_walks_the_same() -> None:
    one, two = (walk(world(5), Random(world(5).course, 0), seed=3) for _ in range(2))
    assert np.array_equal(one.points, two.points) and np.array_equal(one.ep, two.ep)


def test_a_walk_stays_what_it_was_when_others_come() -> None:
    walked = world(3)
    found = walk(walked, Fixed((0, 1, 2)), seed=0)
    walked.restart(np.array([False, True]))
    assert walked.target.tolist() == [[1, 0, 1], [1, 0, 1]]
    assert found.target.tolist() == [[1, 0, 1], [1, 1, 1]]


def test_skips_by_hand() -> None:
    course = practice_course(4, [(0, 2), (1, 2), (2, 3)], met=0.6)
    course.met[2:] = 0.9, 0.1
    level = np.array([[0.6, 0.6, 0, 0], [0.6, 0.5, 0, 0], [0, 0, 0.9, 0], [0, 0, 0.8, 0], [0, 0, 0, 0]], np.float32)
    assert skips(course, level, np.array([2, 2, 3, 3, 0])).tolist() == [False, True, False, True, False]


@few
@given(st.data())
def test_a_point_skips_where_an_edge_says_so(data) -> None:
    pairs = [(a, b) for a in range(5) for b in range(a + 1, 5)]
    course = practice_course(5, data.draw(st.lists(st.sampled_from(pairs), unique=True)), met=0.6)
    level = np.repeat(data.draw(levels(5))[None], 5, axis=0)
    points: Ints = np.arange(5)
    expected = [any(b == k and level[k, a] < 0.6 for a, b in course.prerequisites) for k in range(5)]
    assert skips(course, level, points).tolist() == expected
