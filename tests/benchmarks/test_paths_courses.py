"""Paths on the courses: the world without its filter, a run that is not made twice, shares and p-values by hand."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import paths_courses_places, paths_courses_runs
from benchmarks.paths_courses import TABLES, lines_of
from benchmarks.paths_courses_places import FreeEnv, Place, measured, places
from benchmarks.paths_courses_runs import course_of, episode_of, folder_of, is_trained, mark, train_one, with_rates
from benchmarks.paths_courses_tables import Line, figures, label, rows
from models.environment import LearnerVectorEnv
from models.evaluation import Result, evaluate
from models.ladder import needed_first
from tests.models.courses import little_course, random_course


def result(ep, steps=(10, 20), minutes=(50.0, 70.0), violations=0) -> Result:
    arrays = (np.array(values, dtype=np.float32) for values in (ep, steps, minutes))
    gain, taken, spent = arrays
    return Result(gain, gain > 0.4, taken, spent, violations, diversity=0.5, ms_per_step=0.1)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder for the runs with one little course in it, called test."""
    for module in (paths_courses_runs, paths_courses_places):
        monkeypatch.setattr(module, "RUNS", tmp_path)
    (tmp_path / "test.pkl").write_bytes(pickle.dumps(random_course(1, points=12)))
    course_of.cache_clear()
    yield tmp_path
    course_of.cache_clear()


def test_without_the_filter_anything_wanted_is_open_and_the_learners_are_the_same():
    course = little_course()
    usual, free = LearnerVectorEnv(course, 50), FreeEnv(course, 50)
    for env in (usual, free):
        env.reset(seed=3)
    assert (usual.level == free.level).all() and (usual.target == free.target).all()
    assert (usual.learners.knowledge == free.learners.knowledge).all()
    wanted = free.observe().wanted
    teaches = np.array(
        [[wanted[b, course.taught[r][course.importance[r] > 0]].any() for r in range(5)] for b in range(50)]
    )
    assert (free.allowed() == teaches).all()
    assert (usual.allowed() <= free.allowed()).all() and (usual.allowed() != free.allowed()).any()


def test_only_the_world_without_its_filter_has_violations():
    course = random_course(1)
    assert evaluate(LearnerVectorEnv(course, 30), needed_first(course), 0).violations == 0
    assert evaluate(FreeEnv(course, 30), needed_first(course), 0).violations > 30


def test_the_mark_changes_with_the_rates_and_the_arrays_but_not_with_what_is_derived():
    course = random_course(1)
    before = mark(course)
    assert course.depth.max() > 0
    assert mark(replace(course)) == before
    assert mark(with_rates(course, "no_propagation")) != before
    assert mark(replace(course, difficulty=course.difficulty + 1)) != before
    assert with_rates(course, "roles") is course and with_rates(course, "slower") is course


def test_a_step_by_minutes_costs_as_much_as_usual_on_average():
    course = random_course(1)
    paid = episode_of(course, "by_minutes")
    assert paid.step_cost == 0
    assert paid.minute_cost * course.minutes.mean() == pytest.approx(episode_of(course, "lodestar").step_cost)


@pytest.mark.training
def test_a_run_is_made_once_and_a_measurement_kept(runs):
    for variant in ("lodestar", "imitated", "paper"):
        train_one("test", variant, 0, steps=512)
    course = course_of("test")
    assert is_trained(course, "lodestar", 0, 512) and not is_trained(course, "lodestar", 1, 512)
    files = {path: path.stat().st_mtime_ns for path in folder_of(course, "lodestar", 0, 512).iterdir()}
    train_one("test", "lodestar", 0, steps=512)
    assert files == {path: path.stat().st_mtime_ns for path in folder_of(course, "lodestar", 0, 512).iterdir()}

    asked = places("test", 1, learners=20, steps=512)
    assert {place.variant for place in asked} == {None, "lodestar", "imitated", "paper"}
    lodestar = measured(Place("test", "usual", "lodestar", 0, 20, 512))
    again = measured(Place("test", "usual", "lodestar", 0, 20, 512))
    assert (lodestar.ep == again.ep).all() and again.violations == 0 and isinstance(again.violations, int)
    assert (measured(Place("test", "usual", "keep_16", 0, 20, 512)).ep == lodestar.ep).all()
    assert (measured(Place("test", "usual", "keep_2", 0, 20, 512)).ep != lodestar.ep).any()
    assert measured(Place("test", "paper", "paper", 0, 20, 512)).reached.mean() == 0

    some = [place for place in asked if place.where in ("usual", "free") and place.rung in ("mastery", "lodestar")]
    lines = lines_of(some, processes=1)
    assert set(lines) == {("usual", "mastery"), ("usual", "lodestar"), ("free", "lodestar")}
    assert len(rows(lines, TABLES["without the prerequisite filter"])) == 2


def test_shares_and_advantages_by_hand():
    lines = {
        ("usual", "mastery"): Line([result([0.2, 0.3], minutes=(50, 70)), result([0.1, 0.2], minutes=(50, 70))], []),
        ("usual", "clairvoyant"): Line([result([0.5, 0.5])] * 2, []),
        ("usual", "lodestar"): Line([result([0.4, 0.5], (8, 16), (45, 51))] * 2, [60, 120]),
        ("free", "lodestar"): Line([result([0.4, 0.5], (6, 6), (45, 51), violations=7)] * 2, []),
        ("slower", "lodestar"): Line([result([0.3, 0.3])] * 2, []),
        ("slower", "clairvoyant"): Line([result([0.4, 0.4])] * 2, []),
    }
    told = figures("english", lines)
    expected = {
        "english.lodestar.ep": 0.45,
        "english.lodestar.of_planner": 0.9,
        "english.lodestar.saved_steps": 0.2,
        "english.lodestar.saved_minutes": 0.2,
        "english.lodestar.train_minutes": 1.5,
        "english.lodestar.behind": 0,
        "english.mastery.behind": 0.25,
        "english.mastery.ep_sd": 0.05,
        "english.lodestar_free.steps": 6,
        "english.lodestar_free.violations": 14,
        "unlike.slower.english.lodestar.ep": 0.3,
        "unlike.slower.english.lodestar.drop": 0.15,
        "unlike.slower.english.lodestar.of_planner": 0.75,
    }
    assert {name: told[name] for name in expected} == pytest.approx(expected, abs=1e-4)
    assert told["english.mastery.ep_p"] < 0.02
    table = rows(lines, [("usual", "lodestar"), ("usual", "mastery"), ("usual", "unknown")])
    assert [row["rung"] for row in table] == ["mastery", "lodestar"]
    assert table[0]["saved steps"] == "+0.0%" and table[1]["of planner"] == "90.0%"


def test_a_rung_is_named_with_its_world_where_that_is_not_the_usual_one():
    named = [label(*place) for place in (("usual", "needed"), ("free", "needed"), ("paper", "paper"))]
    assert named == ["needed", "needed_free", "paper"]
