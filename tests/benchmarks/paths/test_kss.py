"""KSS as arrays: its rules by hand, and the same as the package's where that is installed."""

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.paths.kss import (
    ABILITY_SPREAD,
    NEAR_POINTS,
    POINTS,
    PREREQUISITES,
    RIGHT_THRESHOLDS,
    DrawnStudents,
    KSSArrays,
    KSSPackage,
    KSSWorker,
    count_differences,
    is_installed,
    is_right,
    practise,
)
from benchmarks.paths.kss_study import (
    POINT_IDS,
    KSSBeamSearch,
    PointFilter,
    SearchStart,
    TruePrerequisiteFilter,
    TutorFilter,
    build_log,
    search_paths,
    simulate_practice_log,
)
from models.arrays import NO_INDEX
from models.course import Thresholds
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.baseline import ShareModel
from models.knowledge_tracing.dkt import DKT
from models.knowledge_tracing.neural import KTTrainingSettings
from models.simulation.kt_students import make_skill_course
from models.simulation.practice import PastAnswers, PracticeConfig, PracticeWorld, run_practice_rollout


def drawn(size: int = 40) -> DrawnStudents:
    """Students like the package's, without a warm-up: all targets are still to be learned."""
    generator = np.random.default_rng(3)
    ability = generator.integers(-3, 1, (size, 1)) - 0.1 * np.arange(POINTS)
    target = (generator.random((size, POINTS)) < 0.5).astype(np.float32)
    target[:, 4] = 1
    point = generator.integers(0, POINTS, (size, 5))
    point[::2, 3:] = NO_INDEX
    return DrawnStudents(
        ability, target, np.full(size, NO_INDEX), PastAnswers(point, generator.random((size, 5)) < 0.5)
    )


def beginning(some: DrawnStudents) -> SearchStart:
    size = len(some.last)
    ones = np.ones((size, POINTS), dtype=bool)
    return SearchStart(some.ability, some.last, np.zeros((size, 0), dtype=np.float32), some.target, ones)


def world(students: KSSArrays | KSSPackage, length: int) -> PracticeWorld:
    log = build_log(students.past.point, students.past.right)
    course = make_skill_course(
        "kss", POINT_IDS, np.argwhere(PREREQUISITES), ServedLearnerModel(ShareModel.fit(log), "1")
    )
    return PracticeWorld(course, students, len(students.past.point), PracticeConfig((length,), free=True, in_turn=True))


def test_practice_closes_half_the_gap_where_nothing_comes_before_and_spreads_by_halves():
    ability, last = practise(np.full((1, POINTS), -1.0), np.array([NO_INDEX]), np.array([6]))
    after = np.full(POINTS, -1.0)
    after[6] = 2.0
    after[7], after[8], after[9] = 0.5, -0.25, -0.625
    assert ability[0] == pytest.approx(after)
    assert last.tolist() == [6]


def test_what_comes_before_discounts_practice_exponentially():
    start = np.full((1, POINTS), 5.0)
    start[0, [1, 3, 4, 8, 9]] = 4.0, 3.0, 1.0, 0.0, 0.0
    ability, _ = practise(start, np.array([3]), np.array([4]))
    gain = 0.5 * (5 - 1.0) * np.exp(-2.0)
    assert ability[0, 4] == pytest.approx(1 + gain)
    assert ability[0, [8, 9]] == pytest.approx([gain / 2, gain / 4])
    assert ability[0, [2, 3, 5]].tolist() == [5.0, 3.0, 5.0]


def test_every_way_counts_and_nobody_gets_above_five():
    assert ABILITY_SPREAD[2, [4, 8, 9]].tolist() == [0.5, 0.75, 0.375]
    start = np.full((1, POINTS), 4.9)
    start[0, 0] = 0.0
    ability, _ = practise(start, np.array([NO_INDEX]), np.array([0]))
    assert ability[0, [0, 1, 2]].tolist() == [2.5, 5.0, 5.0]


def test_practice_away_from_the_last_item_changes_nothing():
    assert np.flatnonzero(NEAR_POINTS[:, 5]).tolist() == [4, 5, 8, 9]
    start = np.full((2, POINTS), -1.0)
    ability, last = practise(start, np.array([0, 4]), np.array([5, 5]))
    assert ability[0].tolist() == [-1.0] * POINTS
    assert ability[1, 5] == 2.0
    assert last.tolist() == [0, 5]


def test_an_answer_is_right_from_half_a_chance_on():
    def chance(ability):
        return 0.25 + 0.75 / (1 + np.exp(-8.5 * (ability - np.array([0, 1, 2, 3, 3, 0, 3, 3, 4, 4]))))

    assert chance(RIGHT_THRESHOLDS) == pytest.approx(0.5)
    assert is_right(RIGHT_THRESHOLDS + 1e-6).all() and not is_right(RIGHT_THRESHOLDS - 1e-6).any()


def test_the_same_seed_gives_the_same_path_and_a_restored_state_goes_on_alike():
    students = KSSArrays(drawn())
    students.begin(10, np.random.default_rng(0))
    students.renew(np.arange(10), np.arange(10))
    actions = np.random.default_rng(1).integers(0, POINTS, (12, 10))
    for points in actions[:6]:
        students.answer(points)
    kept = students.state()
    after = [students.answer(points).tolist() for points in actions[6:]]
    exam = students.exam()
    students.restore(kept)
    assert [students.answer(points).tolist() for points in actions[6:]] == after
    assert (students.exam() == exam).all()


def test_the_beam_finds_what_trying_everything_finds():
    some, length = drawn(6), 4
    found = search_paths(beginning(some), length, PointFilter())
    paths = np.indices((POINTS,) * length).reshape(length, -1)
    for student in range(6):
        best = _right(some, student, paths).max()
        assert _right(some, student, found[student][:, None])[0] == best


def test_the_beam_keeps_to_met_prerequisites_where_it_has_to():
    some = drawn(30)
    ability, last = some.ability, some.last
    for points in search_paths(beginning(some), 8, TruePrerequisiteFilter(), 20).T:
        wrong = ~is_right(ability)
        assert not (wrong & (PREREQUISITES[:, points].T > 0)).any()
        ability, last = practise(ability, last, points)


def test_the_beam_plays_what_it_planned_in_a_world():
    students = KSSArrays(drawn())
    walked = run_practice_rollout(world(students, 8), KSSBeamSearch(students, width=20), 0)
    assert (walked.points == search_paths(beginning(students.drawn), 8, PointFilter(), 20)).all()


def test_the_beam_knows_what_the_tutor_will_allow():
    some = drawn()
    model = DKT.fit(simulate_practice_log(some, 40, np.random.default_rng(0)), 0, KTTrainingSettings(epochs=3))
    course = make_skill_course(
        "kss", POINT_IDS, np.argwhere(PREREQUISITES), ServedLearnerModel(model, "1"), Thresholds(met=0.45)
    )
    students = KSSArrays(some)
    ruled = PracticeWorld(course, students, 40, PracticeConfig((6,), in_turn=True))
    ruled.reset(seed=0)
    gate, seen = TutorFilter(course), ruled.observe()
    start = SearchStart(some.ability, some.last, seen.memory, some.target, ruled.allowed())
    walked = run_practice_rollout(ruled, KSSBeamSearch(students, gate, 20), 0)
    assert walked.violations == 0
    assert (walked.points == search_paths(start, 6, gate, 20)).all()


def test_practice_answers_follow_the_warm_up():
    log = simulate_practice_log(drawn(), 4, np.random.default_rng(0))
    assert log.lengths.tolist() == [33, 35, 33, 35]
    assert log.skill[:3, 0].tolist() == drawn().past.point[0, :3].tolist()


def _right(some: DrawnStudents, student: int, paths: np.ndarray) -> np.ndarray:
    count = paths.shape[1]
    ability, last = np.repeat(some.ability[[student]], count, axis=0), np.repeat(some.last[student], count)
    for points in paths:
        ability, last = practise(ability, last, points)
    return (is_right(ability) * some.target[student]).sum(axis=1)


@pytest.fixture(scope="module")
def package() -> Iterator[KSSPackage]:
    if not is_installed():
        pytest.skip("EduSim is not installed in benchmarks/.peers/kss (python -m benchmarks.paths.compare installs it)")
    with KSSWorker() as worker:
        yield KSSPackage(worker, 60, 11)


def test_arrays_and_package_never_differ(package: KSSPackage):
    assert count_differences(package, 40, 2) == 0


def test_the_packages_own_evaluation_is_our_ep_on_paths_that_teach(package: KSSPackage):
    walked = run_practice_rollout(world(package, 10), KSSBeamSearch(package, width=20), 0)
    assert walked.ep.mean() > 0.4
    assert package.gammas(np.arange(60), walked.points) == pytest.approx(walked.ep, abs=1e-6)


def test_package_students_go_on_from_a_state(package: KSSPackage):
    package.begin(60, np.random.default_rng(0))
    package.renew(np.arange(60), np.arange(60))
    actions = np.random.default_rng(1).integers(0, POINTS, (8, 60))
    kept = package.state()
    answers = [package.answer(points).tolist() for points in actions]
    package.restore(kept)
    assert [package.answer(points).tolist() for points in actions] == answers


def test_generation_is_repeatable_and_leaves_everybody_a_target(package: KSSPackage):
    with KSSWorker() as worker:
        again = KSSPackage(worker, 60, 11)
    assert (again.drawn.ability == package.drawn.ability).all()
    assert (again.past.point == package.past.point).all()
    assert ((is_right(again.drawn.ability) < again.drawn.target).any(axis=1)).all()
    assert worker.ended
