"""Courses for the tests: one by hand, chains, and random ones."""

from collections.abc import Sequence

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from models.course import MODALITIES, RESOURCE_KINDS, Course, Thresholds
from models.knowledge_tracing.state import Rates
from models.policies.rule_based import RandomStrategy
from models.recommender import Observation, find_feasible_resources, find_wanted_points, pad_candidates
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv

Taught = list[tuple[int, float]]

few = settings(max_examples=20, deadline=None)
"""For properties of whole courses and episodes: the machine may be busy, and an example takes milliseconds."""


def make_course(
    points: int,
    edges: Sequence[tuple[int, int]],
    resources: Sequence[Taught],
    related: Sequence[tuple[int, int, float]] = (),
    rates: Rates | None = None,
    thresholds: Thresholds | None = None,
    generator: np.random.Generator | None = None,
) -> Course:
    """A course from lists; with a generator the resources differ in difficulty, minutes, kind and modality."""
    width, size = max(map(len, resources), default=1), len(resources)
    taught, importance = np.zeros((size, width), dtype=np.int64), np.zeros((size, width), dtype=np.float32)
    for row, pairs in enumerate(resources):
        for column, (point, weight) in enumerate(pairs):
            taught[row, column], importance[row, column] = point, weight
    draw = generator or np.random.default_rng(0)
    varied = generator is not None
    return Course(
        id="test",
        point_ids=[f"p{point}" for point in range(points)],
        resource_ids=[f"r{row}" for row in range(size)],
        prerequisites=np.array(edges, dtype=np.int64).reshape(-1, 2),
        related=np.array([pair[:2] for pair in related], dtype=np.int64).reshape(-1, 2),
        related_weight=np.array([pair[2] for pair in related], dtype=np.float32),
        taught=taught,
        importance=importance,
        mastered=np.full(points, 0.8, dtype=np.float32),
        met=np.full(points, 0.6, dtype=np.float32),
        difficulty=draw.normal(0, 0.8 * varied, size).astype(np.float32),
        minutes=draw.uniform(5, 5 + 25 * varied, size).astype(np.float32),
        kind=draw.integers(0, len(RESOURCE_KINDS) if varied else 1, size),
        modality=draw.integers(0, len(MODALITIES) if varied else 1, size),
        rates=rates or Rates(),
        thresholds=thresholds or Thresholds(),
    )


def little_course(rates: Rates | None = None) -> Course:
    """nouns 0 → articles 1 → adjectives 2, nouns 0 → plurals 3; articles and plurals are related (½)."""
    resources: list[Taught] = [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)], [(3, 1.0), (1, 0.6)], [(1, 1.0), (0, 0.4)]]
    return make_course(4, [(0, 1), (1, 2), (0, 3)], resources, [(1, 3, 0.5)], rates)


def random_course(seed: int, points: int = 20, copies: int = 3, rates: Rates | None = None) -> Course:
    """A random acyclic course: up to two prerequisites a point, `copies` resources each, some with a second point."""
    draw = np.random.default_rng(seed)
    edges = {(int(draw.integers(max(0, k - 6), k)), k) for k in range(1, points) for _ in range(draw.integers(0, 3))}
    resources: list[Taught] = []
    for number in range(points * copies):
        point, other = number % points, int(draw.integers(points))
        second = [(other, 0.6)] if other < point and draw.random() < 0.4 else []
        resources.append([(point, 1.0), *second])
    related = [(k - 1, k, 0.5) for k in range(2, points, 3)]
    return make_course(points, sorted(edges), resources, related, rates, Thresholds(repeat_after_days=2), draw)


@st.composite
def any_course(draw: st.DrawFn) -> Course:
    """A tiny course of any shape: acyclic, in an order that is not the points', its resources teaching anything."""
    size = draw(st.integers(1, 7))
    order = draw(st.permutations(range(size)))
    pairs = [(order[i], order[j]) for i in range(size) for j in range(i + 1, size)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    taught = st.lists(
        st.tuples(st.integers(0, size - 1), st.sampled_from([0.4, 0.6, 1.0])),
        min_size=1,
        max_size=3,
        unique_by=lambda pair: pair[0],
    )
    resources = draw(st.lists(taught, min_size=1, max_size=8))
    some = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
    related = [(a, b, draw(st.sampled_from([0.3, 0.5, 1.0]))) for a, b in some]
    return make_course(size, edges, resources, related)


def levels(points: int) -> st.SearchStrategy[np.ndarray]:
    """(N,) mastery, often exactly on a threshold or at an end."""
    level = st.one_of(st.sampled_from([0.0, 0.6, 0.8, 1.0]), st.floats(0, 1, width=32))
    return st.lists(level, min_size=points, max_size=points).map(lambda row: np.array(row, dtype=np.float32))


def observe(course: Course, level: Sequence[Sequence[float]], goals: Sequence[int]) -> Observation:
    """Learners at `level` (B, N) who all aim at mastering `goals`, new to the course."""
    levels = np.array(level, dtype=np.float32)
    target = np.zeros_like(levels)
    target[:, list(goals)] = course.mastered[list(goals)]
    closure = np.tile(course.closure(np.array(goals)), (len(levels), 1))
    wanted = find_wanted_points(course, levels, target, closure)
    candidates, mask = pad_candidates(find_feasible_resources(course, levels, wanted))
    half, none = np.full(len(levels), 0.5, dtype=np.float32), np.zeros(len(levels), dtype=np.float32)
    return Observation(levels, np.zeros_like(levels), target, wanted, candidates, mask, half, none)


def on_the_way(course: Course, learners: int = 8, seed: int = 0, steps: int = 5) -> Observation:
    """Simulated learners some random steps into their episodes, each with at least one candidate."""
    env = LearnerVectorEnv(course, learners, episode=EpisodeConfig(longest=200))
    env.reset(seed=seed)
    rung, rows = RandomStrategy(course, seed), np.arange(learners)
    for _ in range(steps):
        seen = env.observe()
        _, ended, _ = env.advance(seen.candidates[rows, rung.decide(seen).chosen])
        env.restart(ended)
    return env.observe()
