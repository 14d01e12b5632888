"""Tables of the courses for the documents, from figures made by hand.

Paths on the courses: the world without its filter, a run that is not made twice, shares and p-values by hand.
"""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.paths import course_places, course_runs
from benchmarks.paths.course_compare import COURSE_TABLES, collect_runs, render_course_table
from benchmarks.paths.course_places import CourseEvaluation, UnfilteredEnv, list_evaluations, load_or_evaluate
from benchmarks.paths.course_runs import (
    apply_rates,
    hash_course,
    is_trained,
    load_course,
    locate_run,
    make_episode,
    train_variant,
)
from benchmarks.paths.report import StrategyRuns, format_label, summarise_strategies, tabulate_strategies
from models.evaluation.simulated import SimulationResult, evaluate_recommender
from models.policies.rule_based import make_needed_first
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import little_course, random_course


def result(ep, steps=(10, 20), minutes=(50.0, 70.0), violations=0) -> SimulationResult:
    arrays = (np.array(values, dtype=np.float32) for values in (ep, steps, minutes))
    gain, taken, spent = arrays
    return SimulationResult(gain, gain > 0.4, taken, spent, violations, diversity=0.5, ms_per_step=0.1)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder for the runs with one little course in it, called test."""
    for module in (course_runs, course_places):
        monkeypatch.setattr(module, "RUNS", tmp_path)
    (tmp_path / "test.pkl").write_bytes(pickle.dumps(random_course(1, points=12)))
    load_course.cache_clear()
    yield tmp_path
    load_course.cache_clear()


def test_without_the_filter_anything_wanted_is_open_and_the_learners_are_the_same():
    course = little_course()
    usual, free = LearnerVectorEnv(course, 50), UnfilteredEnv(course, 50)
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
    assert evaluate_recommender(LearnerVectorEnv(course, 30), make_needed_first(course), 0).violations == 0
    assert evaluate_recommender(UnfilteredEnv(course, 30), make_needed_first(course), 0).violations > 30


def test_the_mark_changes_with_the_rates_and_the_arrays_but_not_with_what_is_derived():
    course = random_course(1)
    before = hash_course(course)
    assert course.depth.max() > 0
    assert hash_course(replace(course)) == before
    assert hash_course(apply_rates(course, "no_propagation")) != before
    assert hash_course(replace(course, difficulty=course.difficulty + 1)) != before
    assert apply_rates(course, "roles") is course and apply_rates(course, "slower") is course


def test_a_step_by_minutes_costs_as_much_as_usual_on_average():
    course = random_course(1)
    paid = make_episode(course, "by_minutes")
    assert paid.step_cost == 0
    assert paid.minute_cost * course.minutes.mean() == pytest.approx(make_episode(course, "lodestar").step_cost)


@pytest.mark.training
def test_a_run_is_made_once_and_a_measurement_kept(runs):
    for variant in ("lodestar", "imitated", "paper"):
        train_variant("test", variant, 0, steps=512)
    course = load_course("test")
    assert is_trained(course, "lodestar", 0, 512) and not is_trained(course, "lodestar", 1, 512)
    files = {path: path.stat().st_mtime_ns for path in locate_run(course, "lodestar", 0, 512).iterdir()}
    train_variant("test", "lodestar", 0, steps=512)
    assert files == {path: path.stat().st_mtime_ns for path in locate_run(course, "lodestar", 0, 512).iterdir()}

    asked = list_evaluations("test", 1, learners=20, steps=512)
    assert {place.variant for place in asked} == {None, "lodestar", "imitated", "paper"}
    lodestar = load_or_evaluate(CourseEvaluation("test", "usual", "lodestar", 0, 20, 512))
    again = load_or_evaluate(CourseEvaluation("test", "usual", "lodestar", 0, 20, 512))
    assert (lodestar.ep == again.ep).all() and again.violations == 0 and isinstance(again.violations, int)
    assert (load_or_evaluate(CourseEvaluation("test", "usual", "keep_16", 0, 20, 512)).ep == lodestar.ep).all()
    assert (load_or_evaluate(CourseEvaluation("test", "usual", "keep_2", 0, 20, 512)).ep != lodestar.ep).any()
    assert load_or_evaluate(CourseEvaluation("test", "paper", "paper", 0, 20, 512)).reached.mean() == 0

    some = [place for place in asked if place.where in ("usual", "free") and place.rung in ("mastery", "lodestar")]
    lines = collect_runs(some, processes=1)
    assert set(lines) == {("usual", "mastery"), ("usual", "lodestar"), ("free", "lodestar")}
    assert len(tabulate_strategies(lines, COURSE_TABLES["without the prerequisite filter"])) == 2


def test_shares_and_advantages_by_hand():
    lines = {
        ("usual", "mastery"): StrategyRuns(
            [result([0.2, 0.3], minutes=(50, 70)), result([0.1, 0.2], minutes=(50, 70))], []
        ),
        ("usual", "clairvoyant"): StrategyRuns([result([0.5, 0.5])] * 2, []),
        ("usual", "lodestar"): StrategyRuns([result([0.4, 0.5], (8, 16), (45, 51))] * 2, [60, 120]),
        ("free", "lodestar"): StrategyRuns([result([0.4, 0.5], (6, 6), (45, 51), violations=7)] * 2, []),
        ("slower", "lodestar"): StrategyRuns([result([0.3, 0.3])] * 2, []),
        ("slower", "clairvoyant"): StrategyRuns([result([0.4, 0.4])] * 2, []),
    }
    told = summarise_strategies("english", lines)
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
    table = tabulate_strategies(lines, [("usual", "lodestar"), ("usual", "mastery"), ("usual", "unknown")])
    assert [row["rung"] for row in table] == ["mastery", "lodestar"]
    assert table[0]["saved steps"] == "+0.0%" and table[1]["of planner"] == "90.0%"


def test_a_rung_is_named_with_its_world_where_that_is_not_the_usual_one():
    named = [format_label(*place) for place in (("usual", "needed"), ("free", "needed"), ("paper", "paper"))]
    assert named == ["needed", "needed_free", "paper"]


LODESTAR = {"ep": 0.57, "ep_sd": 0.01, "of_planner": 0.953, "reached": 0.736, "steps": 22.7, "saved_steps": 0.298}
LODESTAR |= {"minutes": 1443.6, "saved_minutes": 0.286, "violations": 0, "ms": 0.21, "train_minutes": 1.3}
FREE = LODESTAR | {"ep": 0.6, "steps": 16.1, "saved_steps": 0.5, "violations": 6451}
FIGURES = {
    **{f"english.lodestar.{name}": value for name, value in LODESTAR.items()},
    **{f"english.lodestar_free.{name}": value for name, value in FREE.items()},
    **{f"unlike.{who}.english.lodestar.ep": 0.5 for who in ("slower", "noisier", "forgetful", "careless")},
    "unlike.gaming.english.lodestar.ep": 0.6,
}


def test_a_row_for_each_rung_and_its_world_the_best_first():
    heads, _, free, usual = render_course_table(FIGURES, "english-free")
    assert usual == "| lodestar | 0.570 ± 0.010 | 95.3% | 73.6% | 22.70 (+29.8%) | 1,444 (+28.6%) | 0 | 0.21 | 1.3 |"
    assert free.startswith("| lodestar_free | 0.600") and "| 6,451 |" in free
    assert heads.count("|") == usual.count("|")
    assert render_course_table(FIGURES, "english")[2:] == [usual]
    assert render_course_table(FIGURES, "metacademy")[2:] == []


def test_how_far_each_falls_among_learners_unlike():
    assert render_course_table(FIGURES, "english-unlike")[2:] == [
        "| lodestar | 0.570 | 0.500 (-0.070) | 0.500 (-0.070) | 0.500 (-0.070) | 0.500 (-0.070) | 0.600 (+0.030) |"
    ]
