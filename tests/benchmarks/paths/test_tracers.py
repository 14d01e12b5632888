"""An exam of two minds: weighted by hand; everything but the exam is the students' own."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.paths import tracers
from benchmarks.paths.methods import WorldStudy
from benchmarks.paths.tracers import (
    SecondOpinion,
    build_interactions,
    build_kt_study,
    judge_walk,
    mine_graph,
    simulate_transcripts,
    split_learners,
)
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.dkt import DKT
from models.simulation.kt_students import KTStudents, collect_past_answers, make_skill_course
from models.simulation.practice import PastAnswers, PracticeConfig, PracticeWorld, run_practice_rollout
from models.simulation.tutor import BatchedLearnerModel, BatchedVectorModel
from tests.models.students import Chain, practice_course, random_past, tracing_model

SKILLS = tuple(f"s{number}" for number in range(6))


def small_log(learners: int, seed: int) -> AnswerLog:
    """25 answers each; who practises a skill gets better at it."""
    generator, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        known = np.full(len(SKILLS), 0.2)
        for place in range(25):
            skill = int(generator.integers(len(SKILLS)))
            right = bool(generator.random() < known[skill])
            known[skill] += 0.3 * (1 - known[skill])
            rows.append((f"{learner}", [SKILLS[skill]], None, right, float(place)))
    return build_answer_log(rows, SKILLS)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> WorldStudy:
    folder, patch = tmp_path_factory.mktemp("tracers"), pytest.MonkeyPatch()
    patch.setattr(tracers, "PRACTISED_STUDENTS", 40)
    first = build_kt_study("tiny", small_log(60, 0), small_log(12, 1), 0, folder)
    again = build_kt_study("tiny", small_log(60, 0), small_log(12, 1), 0, folder)
    assert first.course.learner_model and again.course.learner_model
    kept, read = (each.course.learner_model.model.parameters() for each in (first, again))
    assert all(np.array_equal(kept[name], read[name]) for name in kept)
    patch.undo()
    return again


@pytest.mark.training
def test_every_rung_walks_without_a_violation_and_the_judge_has_a_say(study: WorldStudy) -> None:
    rungs = study.rungs(4)
    assert set(rungs) == {
        "random",
        "target_repeat",
        "greedy",
        "beam",
        "greedy_practised",
        "beam_practised",
        "gru4rec",
        "sasrec",
    }
    targets = []
    for rung in rungs.values():
        found = run_practice_rollout(
            PracticeWorld(study.course, study.test, 12, PracticeConfig((4,), in_turn=True)), rung, seed=0
        )
        assert found.points.shape == (12, 4)
        assert found.violations == 0
        assert np.isfinite(found.ep).all()
        assert study.judge is not None
        assert np.isfinite(study.judge(found)).all()
        targets.append(found.target)
    assert all(np.array_equal(target, targets[0]) for target in targets)


@pytest.mark.training
def test_a_judge_with_the_students_model_agrees_with_the_exam(study: WorldStudy) -> None:
    assert study.course.learner_model
    follower = study.test._follower  # type: ignore[attr-defined]
    world = PracticeWorld(study.course, study.test, 12, PracticeConfig((4,), in_turn=True))
    found = run_practice_rollout(world, study.rungs(4)["target_repeat"], seed=0)
    np.testing.assert_allclose(judge_walk(follower, study.test.past, found), found.ep, atol=1e-4)


@pytest.mark.training
def test_the_judge_follows_past_and_path_like_one_log(study: WorldStudy) -> None:
    assert study.course.learner_model
    follower, past = BatchedVectorModel(study.course.learner_model.model), study.test.past
    whole = follower.after(past.point, past.right)
    part = follower.on(follower.after(past.point[:, :7], past.right[:, :7]), past.point[:, 7:], past.right[:, 7:])
    np.testing.assert_allclose(part, whole, atol=1e-6)


def test_halves_have_no_learner_in_common() -> None:
    one, other = split_learners(small_log(9, 0), seed=3)
    assert set(one.learners) | set(other.learners) == {str(number) for number in range(9)}
    assert not set(one.learners) & set(other.learners)
    assert split_learners(small_log(9, 0), seed=4)[0].learners != one.learners


def test_prerequisites_keep_their_places_where_a_skill_has_no_answers() -> None:
    rows = []
    for learner in range(200):
        knows = learner % 2 == 0
        first = [(f"{learner}", ["b"], None, knows, float(place)) for place in range(4)]
        then = [(f"{learner}", ["c"], None, knows and place > 0, 4.0 + place) for place in range(5)]
        rows += first + then
    found = mine_graph(build_answer_log(rows, ("a", "b", "c")))
    assert found.shape[1] == 2
    assert set(map(tuple, found.tolist())) <= {(1, 2)}


def test_interactions_stand_in_order_of_time() -> None:
    log = small_log(5, 0)
    found = build_interactions(log)
    assert (np.diff(found.days) >= 0).all()
    assert found.item[found.learner == 2].tolist() == log.skill[log.learner == 2, 0].tolist()


def test_a_study_without_its_files_is_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.knowledge_tracing.datasets.DATA", tmp_path)
    assert tracers.load_kt_study("assist2009", 0, tmp_path) is None


def test_pasts_are_the_first_answers_of_those_with_enough() -> None:
    log = build_answer_log(
        [("x", ["a"], None, True, 0.0), ("y", ["b"], None, True, 0.0), ("y", ["a"], None, False, 1.0)], ("a", "b")
    )
    found = collect_past_answers(log, 2)
    assert found.point.tolist() == [[1, 0]]
    assert found.right.tolist() == [[True, False]]


def test_a_transcript_is_the_past_and_what_was_answered_after_it() -> None:
    model = DKT(tuple("abcd"), (), (4, 4))
    past = PastAnswers(np.array([[0, 1], [-1, 2]]), np.array([[True, False], [False, True]]))
    course = make_skill_course("small", model.skills, np.array([[0, 1]]), ServedLearnerModel(model, "1"))
    world = PracticeWorld(course, KTStudents(model, past), 2, PracticeConfig((3,), in_turn=True))
    found = simulate_transcripts(world, 3, seed=0)
    assert found.lengths.tolist() == [5, 4]
    assert found.skill[[0, 1, 5], 0].tolist() == [0, 1, 2]
    assert found.right[[0, 1, 5]].tolist() == [True, False, True]
    assert found.skill[2:5, 0].tolist() == world.recent.item[0, -3:].tolist()
    assert found.right[6:].tolist() == (world.recent.right[1, -3:] > 0).tolist()


N, S = 5, 8
OTHER = tracing_model(N, seed=3)


def students() -> KTStudents:
    return KTStudents(tracing_model(N, seed=1), random_past(S, 6, N), seed=0)


def begun(weight: float) -> SecondOpinion:
    found = SecondOpinion(students(), OTHER, weight)
    found.begin(S, np.random.default_rng(0))
    found.renew(np.arange(S), np.arange(S))
    return found


def test_the_exam_is_the_weighted_mean_of_both_after_the_same_answers() -> None:
    both, past, follower = begun(0.3), random_past(S, 6, N), BatchedVectorModel(OTHER)
    vectors = follower.after(past.point, past.right)
    for step in range(4):
        expected = 0.7 * both.students.exam() + 0.3 * follower.levels(vectors)
        np.testing.assert_allclose(both.exam(), expected, atol=1e-5)
        points = (np.arange(S) + step) % N
        vectors = follower.heard(vectors, points, both.answer(points))


def test_by_hand_of_students_without_chance() -> None:
    chain = Chain(np.array([[True, False]]), np.ones((1, 2), dtype=bool))
    model = tracing_model(2)
    both = SecondOpinion(chain, model, 0.25)
    both.begin(1, np.random.default_rng(0))
    assert both.renew(np.array([0]), np.array([0])).tolist() == [[1, 1]]
    level = BatchedLearnerModel(model).levels(BatchedLearnerModel(model).start(1))[0]
    assert both.exam()[0] == pytest.approx([0.75 + level[0] / 4, level[1] / 4], abs=1e-6)
    assert both.answer(np.array([1])).tolist() == [False]
    level = BatchedVectorModel(model).levels(BatchedVectorModel(model).after(np.array([[1]]), np.array([[False]])))[0]
    assert both.exam()[0] == pytest.approx([0.75 + level[0] / 4, 0.75 + level[1] / 4], abs=1e-6)


def test_the_answers_and_targets_are_the_students_own() -> None:
    both, alone, draw = SecondOpinion(students(), OTHER, 0.9), students(), np.random.default_rng(5)
    assert isinstance(both.past, PastAnswers)
    for each in (both, alone):
        each.begin(S, np.random.default_rng(2))
    who, students_ = np.arange(S), draw.permutation(S)
    assert np.array_equal(both.renew(who, students_), alone.renew(who, students_))
    for _ in range(5):
        points = draw.integers(0, N, S)
        assert np.array_equal(both.answer(points), alone.answer(points))
    assert np.array_equal(both.students.exam(), alone.exam())
    assert not np.allclose(both.exam(), alone.exam(), atol=0.01)


def test_without_weight_a_world_is_that_of_the_plain_students() -> None:
    course, found = practice_course(N, [(0, 1)]), []
    for each in (students(), SecondOpinion(students(), OTHER, 0.0)):
        world = PracticeWorld(course, each, 4, PracticeConfig((3,), free=True))
        world.reset(seed=1)
        rewards = []
        for step in range(6):
            reward, ended, _ = world.advance((np.arange(4) + step) % N)
            world.restart(ended)
            rewards.append(reward)
        found.append((np.array(rewards), world.students.exam()))
    np.testing.assert_allclose(found[0][0], found[1][0], atol=1e-6)
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-6)


def test_a_new_student_takes_one_place_alone() -> None:
    both = begun(0.5)
    both.answer(np.arange(S) % N)
    before = both.exam().copy()
    both.renew(np.array([2]), np.array([6]))
    stay = np.arange(S) != 2
    assert np.array_equal(both.exam()[stay], before[stay])
    np.testing.assert_allclose(both.exam()[2], begun(0.5).exam()[6], atol=1e-6)


def test_a_state_that_is_restored_goes_on_the_same() -> None:
    both, other = begun(0.5), begun(0.5)
    both.answer(np.arange(S) % N)
    state, exam = both.state(), both.exam().copy()
    random = both.students._generator.bit_generator.state
    right = both.answer(np.zeros(S, dtype=np.int64))
    after = both.exam().copy()
    assert not np.array_equal(after, exam)
    for each in (both, other):
        each.restore(state)
        assert np.array_equal(each.exam(), exam)
        each.students._generator.bit_generator.state = random
        assert np.array_equal(each.answer(np.zeros(S, dtype=np.int64)), right)
        assert np.array_equal(each.exam(), after)
