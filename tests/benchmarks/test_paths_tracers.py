from pathlib import Path

import numpy as np
import pytest

from benchmarks import paths_tracers
from benchmarks.paths_study import Study
from benchmarks.paths_tracers import graph, halves, interactions, judged, study_of
from models.follower import Follower
from models.learners.log import AnswerLog, log_of
from models.practice import PracticeWorld, Rules
from models.traced import pasts
from models.walk import walk

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
    return log_of(rows, SKILLS)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder, patch = tmp_path_factory.mktemp("tracers"), pytest.MonkeyPatch()
    patch.setattr(paths_tracers, "PRACTISED", 40)
    first = study_of("tiny", small_log(60, 0), small_log(12, 1), 0, folder)
    again = study_of("tiny", small_log(60, 0), small_log(12, 1), 0, folder)
    assert first.course.tracer and again.course.tracer
    kept, read = (each.course.tracer.model.parameters() for each in (first, again))
    assert all(np.array_equal(kept[name], read[name]) for name in kept)
    patch.undo()
    return again


@pytest.mark.training
def test_every_rung_walks_without_a_violation_and_the_judge_has_a_say(study: Study) -> None:
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
        found = walk(PracticeWorld(study.course, study.test, 12, Rules((4,), in_turn=True)), rung, seed=0)
        assert found.points.shape == (12, 4)
        assert found.violations == 0
        assert np.isfinite(found.ep).all()
        assert study.judge is not None
        assert np.isfinite(study.judge(found)).all()
        targets.append(found.target)
    assert all(np.array_equal(target, targets[0]) for target in targets)


@pytest.mark.training
def test_a_judge_with_the_students_model_agrees_with_the_exam(study: Study) -> None:
    assert study.course.tracer
    follower = study.test._follower  # type: ignore[attr-defined]
    world = PracticeWorld(study.course, study.test, 12, Rules((4,), in_turn=True))
    found = walk(world, study.rungs(4)["target_repeat"], seed=0)
    np.testing.assert_allclose(judged(follower, study.test.past, found), found.ep, atol=1e-4)


@pytest.mark.training
def test_the_judge_follows_past_and_path_like_one_log(study: Study) -> None:
    assert study.course.tracer
    follower, past = Follower(study.course.tracer.model), study.test.past
    whole = follower.after(past.point, past.right)
    part = follower.on(follower.after(past.point[:, :7], past.right[:, :7]), past.point[:, 7:], past.right[:, 7:])
    np.testing.assert_allclose(part, whole, atol=1e-6)


def test_halves_have_no_learner_in_common() -> None:
    one, other = halves(small_log(9, 0), seed=3)
    assert set(one.learners) | set(other.learners) == {str(number) for number in range(9)}
    assert not set(one.learners) & set(other.learners)
    assert halves(small_log(9, 0), seed=4)[0].learners != one.learners


def test_prerequisites_keep_their_places_where_a_skill_has_no_answers() -> None:
    rows = []
    for learner in range(200):
        knows = learner % 2 == 0
        first = [(f"{learner}", ["b"], None, knows, float(place)) for place in range(4)]
        then = [(f"{learner}", ["c"], None, knows and place > 0, 4.0 + place) for place in range(5)]
        rows += first + then
    found = graph(log_of(rows, ("a", "b", "c")))
    assert found.shape[1] == 2
    assert set(map(tuple, found.tolist())) <= {(1, 2)}


def test_interactions_stand_in_order_of_time() -> None:
    log = small_log(5, 0)
    found = interactions(log)
    assert (np.diff(found.at) >= 0).all()
    assert found.item[found.learner == 2].tolist() == log.skill[log.learner == 2, 0].tolist()


def test_a_study_without_its_files_is_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.learner_sets.DATA", tmp_path)
    assert paths_tracers.study("assist2009", 0, tmp_path) is None


def test_pasts_are_the_first_answers_of_those_with_enough() -> None:
    log = log_of(
        [("x", ["a"], None, True, 0.0), ("y", ["b"], None, True, 0.0), ("y", ["a"], None, False, 1.0)], ("a", "b")
    )
    found = pasts(log, 2)
    assert found.point.tolist() == [[1, 0]]
    assert found.right.tolist() == [[True, False]]
