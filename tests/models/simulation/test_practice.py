"""Answers counted by hand, walks by hand, and the check of the constraint where somebody breaks it.

The world of skills to practise: rewards, the tutor's estimate, the constraint, who comes, going on from a state.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import Floats, Ints
from models.course import Course
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import ServedLearnerModel, replay_log
from models.knowledge_tracing.logistic import BestLR
from models.policies.rule_based import RandomStrategy
from models.recommender import Decision, Observation, decide_by_score
from models.simulation.kt_students import KTStudents, make_skill_course
from models.simulation.practice import (
    PRACTICE_WIDTH,
    RECENCY_DECAY,
    PastAnswers,
    PracticeConfig,
    PracticeObservation,
    PracticeWorld,
    find_violations,
    run_practice_rollout,
    update_practice,
)
from models.simulation.tutor import BatchedLearnerModel, BatchedVectorModel
from tests.models.courses import few, levels
from tests.models.students import Chain, practice_course, random_past, tracing_model

N, S = 6, 10
EDGES = [(0, 1), (1, 2), (0, 3), (4, 5)]


def traced(course: Course, size: int = S, rules: PracticeConfig | None = None, answers: int = 5) -> PracticeWorld:
    """Students of another model than the tutor's."""
    students = KTStudents(tracing_model(course.points, seed=7), random_past(S, answers, course.points))
    return PracticeWorld(course, students, size, rules)


def chained(rules: PracticeConfig, size: int, students: int = 5) -> tuple[PracticeWorld, Chain]:
    """Student s brings one answer, to point s, and wants everything; everybody knows point 0."""
    known, past = (
        np.zeros((students, N), dtype=bool),
        PastAnswers(np.arange(students)[:, None], np.ones((students, 1), bool)),
    )
    known[:, 0] = True
    chain = Chain(known, np.ones((students, N), dtype=bool), past)
    return PracticeWorld(practice_course(N, EDGES), chain, size, rules), chain


def any_candidates(seen: Observation, draw: np.random.Generator) -> Ints:
    place = (draw.random(seen.mask.shape) * seen.mask).argmax(axis=1)
    return seen.candidates[np.arange(len(seen)), place]


def same(one: Observation, other: Observation) -> bool:
    parts = [vars(seen) | vars(seen.history) for seen in (one, other)]
    names = [name for name, value in parts[0].items() if isinstance(value, np.ndarray)]
    return all(np.array_equal(parts[0][name], parts[1][name], equal_nan=name == "outcome") for name in names)


@pytest.mark.parametrize("free", [False, True])
def test_the_rewards_of_an_episode_sum_to_its_gain(free: bool) -> None:
    world, draw = traced(practice_course(N, EDGES), rules=PracticeConfig((7,), free)), np.random.default_rng(0)
    world.reset(seed=3)
    start, target, total = world.students.exam().copy(), world.target.copy(), np.zeros(S)
    ended = np.zeros(S, dtype=bool)
    while not ended.any():
        reward, ended, _ = world.advance(any_candidates(world.observe(), draw))
        total += reward
    before, after = ((exam * target).sum(axis=1) / target.sum(axis=1) for exam in (start, world.students.exam()))
    np.testing.assert_allclose(total, (after - before) / (1 - before), atol=1e-5)
    np.testing.assert_allclose(world.gain(), total, atol=1e-5)
    assert ended.all() and (world.steps == 7).all()


def test_a_step_by_hand() -> None:
    world, _ = chained(PracticeConfig((3,), free=True), 1)
    world.reset(seed=0)
    # one of six is known: point 1 is next, 3 comes too early, and then 2 and the end of the path
    assert world.mastery().tolist() == pytest.approx([1 / 6])
    assert [one.tolist() for one in world.advance(np.array([1]))] == [[pytest.approx(0.2)], [False], [False]]
    assert [one.tolist() for one in world.advance(np.array([3]))] == [[0], [False], [False]]
    assert [one.tolist() for one in world.advance(np.array([2]))] == [[pytest.approx(0.2)], [True], [False]]
    assert world.gain().tolist() == pytest.approx([0.4])


def test_the_goal_is_reached_where_every_target_is_mastered() -> None:
    chain = Chain(np.zeros((1, 2), dtype=bool), np.ones((1, 2), dtype=bool))
    world = PracticeWorld(practice_course(2, []), chain, 1, PracticeConfig((5,)))
    world.reset(seed=0)
    assert world.advance(np.array([0]))[2].tolist() == [False]
    reward, ended, reached = world.advance(np.array([1]))
    assert (reward.tolist(), ended.tolist(), reached.tolist()) == ([0.5], [False], [True])


def test_the_estimate_is_the_model_on_past_and_path() -> None:
    course, draw = practice_course(N, EDGES), np.random.default_rng(1)
    world = traced(course, rules=PracticeConfig((6,), in_turn=True))
    world.reset(seed=0)
    past, follower = world.students.past, BatchedVectorModel(course.learner_model.model)
    np.testing.assert_allclose(world.level, follower.levels(follower.after(past.point, past.right)), atol=1e-6)
    points, right = past.point, past.right
    for _ in range(4):
        chosen = any_candidates(world.observe(), draw)
        world.advance(chosen)
        points = np.concatenate([points, chosen[:, None]], axis=1)
        right = np.concatenate([right, world.recent.right[:, -1:] > 0], axis=1)
    vectors = follower.after(points, right)
    np.testing.assert_allclose(world.observe().memory, vectors, atol=1e-5)
    np.testing.assert_allclose(world.observe().level, follower.levels(vectors), atol=1e-5)


def test_the_estimate_of_a_model_of_points_is_its_replay_of_past_and_path() -> None:
    draw, names = np.random.default_rng(0), tuple(f"k{point}" for point in range(N))
    answers = [(f"{who}", [names[draw.integers(N)]], None, draw.random() < 0.6, np.nan) for who in range(20)] * 8
    model = BestLR.fit(build_answer_log(answers, names))
    world = traced(
        make_skill_course("small", names, np.array(EDGES), ServedLearnerModel(model, "1")),
        rules=PracticeConfig((5,), in_turn=True),
    )
    world.reset(seed=0)
    past = world.students.past
    rows = [[(int(k), bool(r)) for k, r in zip(*pair, strict=True) if k >= 0] for pair in zip(*past, strict=True)]
    for _ in range(3):
        chosen = any_candidates(world.observe(), draw)
        world.advance(chosen)
        for row, point, right in zip(rows, chosen, world.recent.right[:, -1] > 0, strict=True):
            row.append((int(point), bool(right)))
    for probe in (0, 3):
        told = [
            (f"{who}", [names[k]], None, r, np.nan) for who, row in enumerate(rows) for k, r in [*row, (probe, True)]
        ]
        log = build_answer_log(told, names)
        np.testing.assert_allclose(world.level[:, probe], replay_log(model, log)[log.starts[1:] - 1], atol=1e-5)


@few
@given(st.data())
def test_candidates_are_the_points_whose_prerequisites_are_met(data) -> None:
    order = data.draw(st.permutations(range(N)))
    pairs = [(order[i], order[j]) for i in range(N) for j in range(i + 1, N)]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True))
    met = data.draw(st.sampled_from([0.3, 0.5, 0.7]))
    world = traced(practice_course(N, edges, met, seed=data.draw(st.integers(0, 3))), rules=PracticeConfig((9,)))
    world.reset(seed=data.draw(st.integers(0, 100)))
    draw = np.random.default_rng(0)
    for _ in range(4):
        seen = world.observe()
        for row in range(S):
            level, offered = seen.level[row], set(seen.candidates[row][seen.mask[row]].tolist())
            assert offered == {k for k in range(N) if all(level[a] >= np.float32(met) for a, b in edges if b == k)}
            assert offered, "a root is always open"
        world.advance(any_candidates(seen, draw))


def test_in_a_free_world_everything_may_be_practised() -> None:
    world = traced(practice_course(N, EDGES, met=1.0), rules=PracticeConfig(free=True))
    world.reset(seed=0)
    assert world.observe().candidates.tolist() == [list(range(N))] * S
    assert world.observe().mask.all()


def test_what_a_tutor_sees() -> None:
    world, _ = chained(PracticeConfig((4,), free=True, in_turn=True), 2)
    world.students.target[:, :] = 0
    world.students.target[:, 2] = 1
    world.reset(seed=0)
    world.advance(np.array([1, 5]))
    seen = world.observe()
    assert seen.target[0] == pytest.approx([0, 0, 0.8, 0, 0, 0])
    on_the_way = np.array([True, True, True, False, False, False])
    assert np.array_equal(seen.wanted, on_the_way & (seen.level < 0.8))
    # nobody knew what was asked: ½ − 0.15 · ½
    assert seen.success.tolist() == pytest.approx([0.425, 0.425])
    assert (seen.steps.tolist(), seen.left.tolist()) == ([1, 1], [3, 3])
    assert seen.history.item[:, -2:].tolist() == [[0, 1], [1, 5]], "what was brought along, and the first step"
    assert seen.history.days[:, -2:].tolist() == [[2, 1], [2, 1]], "a step is a day"
    assert seen.practice[1, [1, 5], 5].tolist() == [0, 1]
    assert seen.practice[0, 0] == pytest.approx([1, 0, np.log(2), 0, 0.8, 0])


def test_in_turn_everybody_comes_once_and_then_again() -> None:
    world, chain = chained(PracticeConfig((2,), free=True, in_turn=True), 2)
    world.reset(seed=0)
    found = [chain.student.tolist()]
    for ended in ([True, True], [False, True], [True, False]):
        world.restart(np.array(ended))
        found.append(chain.student.tolist())
    assert found == [[0, 1], [2, 3], [2, 4], [0, 4]]
    world.reset(seed=5)
    assert chain.student.tolist() == [0, 1], "a seed begins anew"


def test_without_turns_students_come_by_chance() -> None:
    world, chain = chained(PracticeConfig((2,), free=True), 400)
    world.reset(seed=0)
    counts = np.bincount(chain.student, minlength=5)
    assert (counts > 50).all()
    first = chain.student.copy()
    world.reset()
    assert not np.array_equal(chain.student, first)
    world.reset(seed=0)
    assert np.array_equal(chain.student, first)


def test_paths_are_as_long_as_they_are_said_to_be() -> None:
    world, _ = chained(PracticeConfig((2, 5), free=True), 200)
    world.reset(seed=0)
    length = world.observe().left
    assert set(length.tolist()) == {2, 5}
    assert 60 < (length == 2).sum() < 140
    for step in range(1, 6):
        _, ended, _ = world.advance(np.zeros(200, dtype=np.int64))
        assert np.array_equal(ended, length <= step)


def test_only_those_whose_episode_has_ended_are_new() -> None:
    world, draw = traced(practice_course(N, EDGES)), np.random.default_rng(0)
    world.reset(seed=1)
    for _ in range(3):
        world.advance(any_candidates(world.observe(), draw))
    before, exam = world.observe(), world.students.exam().copy()
    ended = np.arange(S) % 3 == 1
    world.restart(ended)
    stay, go = np.flatnonzero(~ended), np.flatnonzero(ended)
    assert same(world.observe().take(stay), before.take(stay))
    assert np.array_equal(world.students.exam()[stay], exam[stay])
    assert (world.steps[go] == 0).all() and (world.success[go] == 0.5).all()
    assert np.array_equal(world.last, world.mastery())
    assert world.gain()[go].tolist() == [0] * len(go)


def test_nobody_is_new_where_nothing_has_ended() -> None:
    world = traced(practice_course(N, EDGES))
    world.reset(seed=1)
    before = world.observe()
    world.restart(np.zeros(S, dtype=bool))
    assert same(world.observe(), before)


def goes_on(world: PracticeWorld) -> list[Observation]:
    """Six steps with new students where paths end."""
    draw, found = np.random.default_rng(2), []
    for _ in range(6):
        _, ended, _ = world.advance(any_candidates(world.observe(), draw))
        world.restart(ended)
        found.append(world.observe())
    return found


@pytest.mark.parametrize("in_turn", [False, True])
def test_a_world_that_is_restored_goes_on_the_same(in_turn: bool) -> None:
    rules = PracticeConfig((2, 3), in_turn=in_turn)
    world, other = (traced(practice_course(N, EDGES), 4, rules) for _ in range(2))
    world.reset(seed=4)
    goes_on(world)
    state = world.state()
    first = goes_on(world)
    for resumed in (world, other):
        resumed.restore(state)
        assert all(same(one, two) for one, two in zip(first, goes_on(resumed), strict=True))


def test_what_was_shown_does_not_change_afterwards() -> None:
    world = traced(practice_course(N, EDGES))
    world.reset(seed=0)
    seen = world.observe()
    level, practice = seen.level.copy(), seen.practice.copy()
    world.advance(seen.candidates[:, 0])
    world.restart(np.arange(S) % 2 == 0)
    assert np.array_equal(seen.level, level) and np.array_equal(seen.practice, practice)


def test_a_tutor_needs_a_learner_model() -> None:
    with pytest.raises(AssertionError, match="learner model"):
        traced(make_skill_course("bare", tuple("abc"), np.zeros((0, 2))))


def test_the_tutor_starts_where_its_belief_of_the_past_is() -> None:
    course = practice_course(N, EDGES)
    world = traced(course, rules=PracticeConfig(in_turn=True))
    world.reset(seed=0)
    known = BatchedLearnerModel(course.learner_model.model).after(*world.students.past)
    np.testing.assert_allclose(world.memory, known.learner, atol=1e-6)
    np.testing.assert_allclose(world.answers, known.points, atol=1e-6)


CHAIN_POINTS = 3
CHAIN_EDGES = [(0, 1), (1, 2)]


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
        return decide_by_score((observation.candidates == point).astype(np.float32), observation.mask)


def world(length: int, met: float = 0.5, free: bool = True) -> PracticeWorld:
    """One knows nothing and wants the ends of the chain, one knows its beginning and wants everything."""
    known = np.array([[False, False, False], [True, False, False]])
    target = np.array([[True, False, True], [True, True, True]])
    return PracticeWorld(
        practice_course(CHAIN_POINTS, CHAIN_EDGES, met),
        Chain(known, target),
        2,
        PracticeConfig((length,), free, in_turn=True),
    )


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
    found = run_practice_rollout(world(len(way)), Fixed(way), seed=0)
    assert found.points.tolist() == [list(way)] * 2
    assert found.right.tolist() == right
    assert found.ep.tolist() == pytest.approx(ep)
    assert found.target.tolist() == [[1, 0, 1], [1, 1, 1]]
    assert found.ms_per_step > 0


@pytest.mark.parametrize(("met", "violations"), [(0.0, 0), (1.0, 6)])
def test_steps_that_skip_a_prerequisite_are_counted(met: float, violations: int) -> None:
    # of 2, 1, 2, 0 three have a prerequisite; a level of 1 is never met, 0 always
    assert run_practice_rollout(world(4, met), Fixed((2, 1, 2, 0)), seed=0).violations == violations


def test_violations_are_counted_by_the_levels_that_were_shown() -> None:
    course, way, expected = world(6).course, (1, 2, 0, 1, 2, 2), 0
    middle = float(np.median([level[:, :2] for level in _shown(world(6), way)]))
    rung = Fixed(way)
    found = run_practice_rollout(world(6, middle), rung, seed=0)
    for level, point in zip(rung.seen, way, strict=True):
        expected += sum(level[row, point - 1] < np.float32(middle) for row in range(2)) if point else 0
    assert 0 < expected < 2 * sum(point > 0 for point in way)
    assert found.violations == expected
    assert course.prerequisites.tolist() == [list(edge) for edge in CHAIN_EDGES]


def _shown(free: PracticeWorld, way: tuple[int, ...]) -> list[Floats]:
    rung = Fixed(way)
    run_practice_rollout(free, rung, seed=0)
    return rung.seen


def test_who_keeps_to_the_candidates_violates_nothing() -> None:
    for met in (0.3, 0.5, 1.0):
        found = run_practice_rollout(world(5, met, free=False), RandomStrategy(world(5).course, 0), seed=0)
        assert found.violations == 0
        assert found.points.shape == found.right.shape == (2, 5)


def test_the_same_seed_walks_the_same() -> None:
    one, two = (run_practice_rollout(world(5), RandomStrategy(world(5).course, 0), seed=3) for _ in range(2))
    assert np.array_equal(one.points, two.points) and np.array_equal(one.ep, two.ep)


def test_a_walk_stays_what_it_was_when_others_come() -> None:
    walked = world(3)
    found = run_practice_rollout(walked, Fixed((0, 1, 2)), seed=0)
    walked.restart(np.array([False, True]))
    assert walked.target.tolist() == [[1, 0, 1], [1, 0, 1]]
    assert found.target.tolist() == [[1, 0, 1], [1, 1, 1]]


def test_skips_by_hand() -> None:
    course = practice_course(4, [(0, 2), (1, 2), (2, 3)], met=0.6)
    course.met[2:] = 0.9, 0.1
    level = np.array([[0.6, 0.6, 0, 0], [0.6, 0.5, 0, 0], [0, 0, 0.9, 0], [0, 0, 0.8, 0], [0, 0, 0, 0]], np.float32)
    assert find_violations(course, level, np.array([2, 2, 3, 3, 0])).tolist() == [False, True, False, True, False]


@few
@given(st.data())
def test_a_point_skips_where_an_edge_says_so(data) -> None:
    pairs = [(a, b) for a in range(5) for b in range(a + 1, 5)]
    course = practice_course(5, data.draw(st.lists(st.sampled_from(pairs), unique=True)), met=0.6)
    level = np.repeat(data.draw(levels(5))[None], 5, axis=0)
    points: Ints = np.arange(5)
    expected = [any(b == k and level[k, a] < 0.6 for a, b in course.prerequisites) for k in range(5)]
    assert find_violations(course, level, points).tolist() == expected


def after(answers: list[tuple[int, bool]], points: int = 3) -> np.ndarray:
    practice = np.zeros((1, points, PRACTICE_WIDTH), dtype=np.float32)
    for point, right in answers:
        practice = update_practice(practice, np.array([point]), np.array([right]))
    return practice[0]


def test_a_few_answers_by_hand() -> None:
    found = after([(0, True), (2, False), (0, True), (0, False)])
    # last right, last wrong, log(1 + rights), log(1 + wrongs), 0.8 ^ answers since, the very last
    assert found[0] == pytest.approx([0, 1, np.log(3), np.log(2), 1, 1])
    assert found[1] == pytest.approx([0, 0, 0, 0, 0, 0])
    assert found[2] == pytest.approx([0, 1, 0, np.log(2), 0.8**2, 0])


def test_learners_do_not_mix_and_who_did_nothing_stays() -> None:
    practice = np.random.default_rng(0).random((3, 4, PRACTICE_WIDTH)).astype(np.float32)
    before = practice.copy()
    found = update_practice(practice, np.array([1, -1, 3]), np.array([True, True, False]))
    assert np.array_equal(practice, before), "the argument is nobody's to change"
    assert np.array_equal(found[1], before[1])
    for row, point, right in ((0, 1, True), (2, 3, False)):
        alone = update_practice(before[row : row + 1], np.array([point]), np.array([right]))
        assert np.array_equal(found[row], alone[0])


@few
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_any_answers_by_a_plain_count(answers) -> None:
    found = after(answers)
    for point in range(3):
        mine = [right for asked, right in answers if asked == point]
        since = next((ago for ago, (asked, _) in enumerate(reversed(answers)) if asked == point), None)
        expected = [
            mine[-1:] == [True],
            mine[-1:] == [False],
            np.log1p(mine.count(True)),
            np.log1p(mine.count(False)),
            0 if since is None else RECENCY_DECAY**since,
            since == 0,
        ]
        assert found[point] == pytest.approx([float(value) for value in expected], abs=1e-5)


def test_some_of_the_learners_in_any_order() -> None:
    world = traced(practice_course(N, EDGES))
    world.reset(seed=0)
    seen, rows = world.observe(), np.array([2, 0, 2])
    some = seen.take(rows)
    assert isinstance(some, PracticeObservation)
    for name in ("level", "practice", "memory", "left"):
        assert np.array_equal(getattr(some, name), getattr(seen, name)[rows])
