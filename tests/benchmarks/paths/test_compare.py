"""The benchmark of paths around its worlds: tables by hand, settings that differ in one thing, walks that are kept."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.paths import runs as paths_runs
from benchmarks.paths.compare import WORLD_METHODS, drop_incomplete
from benchmarks.paths.docs import render_world_table
from benchmarks.paths.methods import ABLATIONS, DECISION_VARIANTS, METHODS, WorldStudy, make_config
from benchmarks.paths.report import MAIN_METHOD, MethodOutcomes, compare_method, summarise_methods, tabulate_methods
from benchmarks.paths.runs import (
    TRAINED_FILE,
    WalkOutcome,
    load_or_walk,
    load_practice,
    load_trained,
    locate_run,
    make_rules,
    strip_to_base_world,
    train_method,
)
from models.policies.lookahead import LookaheadPolicy
from models.policies.rule_based import RandomStrategy
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.policy import LearnedPolicy
from models.rl.run import CHECKPOINT_FILE
from models.simulation.kt_students import KTStudents
from models.simulation.practice import PracticeConfig, PracticeRollout, PracticeWorld, run_practice_rollout
from tests.models.students import practice_course, random_past, tracing_model

WORLDS = [*WORLD_METHODS, "english"]
NAN = float("nan")


def outcome(ep: list[float], judged: list[float] | None = None, violations: int = 0, ms: float = 1.0) -> WalkOutcome:
    return WalkOutcome(np.array(ep), np.array(judged or [NAN] * len(ep)), violations, ms)


@pytest.fixture
def places() -> dict[str, MethodOutcomes]:
    """Two seeds of two students at 5 and 10 steps; the last method has no judge, no training and one seed."""
    main, ppo, random = MethodOutcomes(seconds=[60.0, 120.0]), MethodOutcomes(seconds=[30.0, 30.0]), MethodOutcomes()
    main.add(5, outcome([0.2, 0.4], [0.1, 0.3], 1, 1.0))
    main.add(5, outcome([0.4, 0.6], [0.3, 0.5], 0, 2.0))
    main.add(10, outcome([0.8, 0.6], [0.6, 0.4], 2, 3.0))
    main.add(10, outcome([0.9, 0.7], [0.6, 0.4], 0, 2.0))
    for length in (5, 10):
        ppo.add(length, outcome([0.5, 0.5], [0.5, 0.5]))
        ppo.add(length, outcome([0.6, 0.4], [0.5, 0.5]))
        random.add(length, outcome([0.1, -0.1]))
    return {MAIN_METHOD: main, "ppo": ppo, "random": random}


def test_a_place_by_hand(places: dict[str, MethodOutcomes]) -> None:
    main = places[MAIN_METHOD]
    assert main.means(5) == pytest.approx([0.3, 0.5])
    assert main.means(10, "judged") == pytest.approx([0.5, 0.5])
    assert (main.violations, main.ms, main.minutes) == (3, 2.0, 1.5)
    assert np.isnan(places["random"].minutes)


def test_the_figures_by_hand(places: dict[str, MethodOutcomes]) -> None:
    found = summarise_methods("kss", places)
    expected = {
        "kss.lodestar.ep_5": 0.4,
        "kss.lodestar.ep_5_sd": 0.1,
        "kss.lodestar.judge_ep_5": 0.3,
        "kss.lodestar.ep_10": 0.75,
        "kss.lodestar.ep_10_sd": 0.05,
        "kss.lodestar.judge_ep_10": 0.5,
        "kss.lodestar.violations": 3,
        "kss.lodestar.ms": 2.0,
        "kss.lodestar.train_minutes": 1.5,
    }
    assert {name: value for name, value in found.items() if MAIN_METHOD in name} == pytest.approx(expected)
    assert {name for name in found if "random" in name} == {
        f"kss.random.{name}" for name in ("ep_5", "ep_5_sd", "ep_10", "ep_10_sd", "violations", "ms")
    }


def test_the_rows_by_hand(places: dict[str, MethodOutcomes]) -> None:
    random, ppo, main = tabulate_methods(places)
    assert [row["method"] for row in (random, ppo, main)] == ["random", "ppo", MAIN_METHOD]
    assert (main["E_p 5"], main["E_p 10"], main["judge 10"]) == ("0.400 ± 0.100", "0.750 ± 0.050", "0.500")
    assert (main["violations"], main["ms"], main["minutes"], main["lodestar at 10"]) == (3, "2.00", "1.5", "")
    assert str(ppo["lodestar at 10"]).startswith("+0.250 p=")
    assert "judge 10" not in random
    assert (random["E_p 10"], random["minutes"]) == ("0.000 ± 0.000", "")


def test_a_comparison_is_paired_by_student(places: dict[str, MethodOutcomes]) -> None:
    main, ppo = places[MAIN_METHOD], places["ppo"]
    # differences 0.3, 0.1, 0.3, 0.3: mean 0.25, standard error 0.05, t = 5 with 3 degrees of freedom
    difference, p = compare_method(ppo, main, 10)
    assert difference == pytest.approx(0.25)
    assert p == pytest.approx(2 * stats.t.sf(5, 3))
    back, same_p = compare_method(main, ppo, 10)
    assert (back, same_p) == (pytest.approx(-0.25), pytest.approx(p))
    assert compare_method(main, main, 10) == (0.0, 1.0)
    fewer = MethodOutcomes()
    fewer.add(10, outcome([0.1, 0.2]))
    assert np.isnan(compare_method(fewer, main, 10)).all(), "other students cannot be paired"


def test_the_documents_table_by_hand(places: dict[str, MethodOutcomes]) -> None:
    lines = render_world_table(
        summarise_methods("kss", places) | summarise_methods("kss_kept", {"ppo": places["ppo"]}), "kss"
    )
    assert lines == [
        "| method | 5 steps (judge) | 10 steps (judge) | skipped a step | ms | training min |",
        "|---|---|---|---|---|---|",
        "| lodestar | 0.400 ± 0.100 (0.300) | 0.750 ± 0.050 (0.500) | 3 | 2.00 | 1.5 |",
        "| ppo | 0.500 ± 0.000 (0.500) | 0.500 ± 0.000 (0.500) | 0 | 1.00 | 0.5 |",
        "| random | 0.000 ± 0.000 | 0.000 ± 0.000 | 0 | 1.00 |  |",
    ]


def flat(value: object, path: str = "") -> dict[str, object]:
    if not isinstance(value, dict):
        return {path: value}
    return {name: leaf for key, inner in value.items() for name, leaf in flat(inner, f"{path}.{key}").items()}


def changed(world: str, method: str) -> set[str]:
    base, other = (flat(asdict(make_config(world, each, 0))) for each in ("lodestar", method))
    return {name for name in base if base[name] != other[name]}


@pytest.mark.parametrize("world", ["kss", "assist2015"])
def test_an_ablation_changes_one_thing(world: str) -> None:
    expected = {
        "ppo": ".method",
        "q": ".method",
        "no_graph": ".network.graph",
        "no_memory": ".network.memory",
        "no_trail": ".network.trail",
        "no_identity": ".network.identity",
        "no_prior": ".network.prior",
        "advice": ".ppo.advice",
        "one_step": ".q.n_step",
        "longer": ".steps",
    }
    without = {MAIN_METHOD, *(["no_prior"] if world == "kss" else [])}  # KSS starts without the rule as it is
    for method in {**METHODS, **ABLATIONS}:
        assert changed(world, method) == (set() if method in without else {expected[method]}), method


@pytest.mark.parametrize("world", WORLDS)
def test_every_method_has_settings_that_make_a_network(world: str) -> None:
    course = practice_course(4, [(0, 1)])
    for method in {**METHODS, **ABLATIONS}:
        config = make_config(world, method, 3, 5000)
        assert (config.seed, config.steps) == (3, 5000)
        assert method == "longer" or make_config(world, method, 3).steps == make_config(world, MAIN_METHOD, 0).steps
        assert config.q.n_step < config.rollout < config.replay, "a state so many steps later is stored"
        config.network.build(course)
    assert not set(METHODS) & set(ABLATIONS)
    assert set(WORLD_METHODS.get(world, ())) <= {*METHODS, *ABLATIONS}


def test_the_trained_policy_can_be_asked_in_other_ways() -> None:
    course = practice_course(4, [(0, 1)])
    policy = LearnedPolicy(PolicyNetwork(course, NetworkConfig(width=8, hidden=8)), keep=3)
    ways = {name: decide(policy, course) for name, decide in DECISION_VARIANTS.items()}
    assert (ways["keep_2"].keep, ways["keep_4"].keep, ways["unpruned"].keep, policy.keep) == (2, 4, 4, 3)
    assert isinstance(ways["foresight"], LookaheadPolicy)
    assert not set(DECISION_VARIANTS) & {*METHODS, *ABLATIONS}


def test_prerequisites_hold_unless_the_world_says_otherwise() -> None:
    free = {"kss": True, "kss_kept": False, "assist2009": False, "assist2009_free": True}
    free |= {"assist2015": False, "assist2015_free": True, "english": False}
    free |= {f"{name}_opinion{free_}": bool(free_) for name in ("assist2009", "assist2015") for free_ in ("", "_free")}
    for world, expected in free.items():
        assert make_rules(world, (5, 10), in_turn=False) == PracticeConfig((5, 10), expected, False)
        assert make_rules(world, (5,), in_turn=True) == PracticeConfig((5,), expected, True)
    assert set(WORLD_METHODS) <= set(free)
    bases = [strip_to_base_world(world) for world in ("kss", "kss_kept", "assist2015", "assist2015_opinion_free")]
    assert bases == ["kss", "kss", "assist2015", "assist2015"]


def test_a_run_has_a_folder_of_its_own_that_changes_with_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [
        (world, method, seed, steps)
        for world in ("kss", "kss_kept", "assist2015")
        for method in {**METHODS, **ABLATIONS}
        for seed in (0, 1)
        for steps in (None, 1000)
    ]
    assert len({locate_run(*run) for run in runs}) == len(runs)
    before = locate_run("kss", "lodestar", 0, None)
    assert before == locate_run("kss", "lodestar", 0, None)
    assert before == locate_run("kss", "lodestar", 0, make_config("kss", "lodestar", 0).steps)
    changed_settings = make_config("kss", "one_step", 0)
    monkeypatch.setattr(paths_runs, "make_config", lambda *run: changed_settings)
    assert locate_run("kss", "lodestar", 0, None) != before


STUDENTS = 6


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WorldStudy:
    """A study of six students, in place of the worlds that take minutes; runs are kept in a folder of the test."""
    course = practice_course(5, [(0, 1), (1, 2)])
    students = KTStudents(tracing_model(5, seed=2), random_past(STUDENTS, 4, 5), seed=0)
    study = WorldStudy(
        "tiny", course, students, students, (3,), lambda length: {"random": RandomStrategy(course, 0)}, _judge
    )
    monkeypatch.setattr(paths_runs, "RUNS", tmp_path)
    monkeypatch.setattr(paths_runs, "load_study", lambda world, seed: study)
    return study


def _judge(done: PracticeRollout) -> np.ndarray:
    return done.ep / 2


def test_a_walk_is_kept_under_the_version_of_who_chose(tiny: WorldStudy) -> None:
    found = load_or_walk("tiny", "random", 1, 3, RandomStrategy(tiny.course, 0), "1")
    world = PracticeWorld(tiny.course, tiny.test, STUDENTS, PracticeConfig((3,), in_turn=True))
    assert np.array_equal(
        found.ep, run_practice_rollout(world, RandomStrategy(tiny.course, 0), paths_runs.HELD_OUT_SEED + 1).ep
    )
    assert np.array_equal(found.judged, found.ep / 2)
    assert found.violations == 0
    kept = load_or_walk("tiny", "random", 1, 3, RandomStrategy(tiny.course, 99), "1")
    assert np.array_equal(kept.ep, found.ep) and kept.ms == found.ms
    anew = load_or_walk("tiny", "random", 1, 3, RandomStrategy(tiny.course, 99), "2")
    assert not np.array_equal(anew.ep, found.ep)


@pytest.mark.training
def test_a_training_is_kept_and_not_done_again(tiny: WorldStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    told = make_config("tiny", MAIN_METHOD, 0)
    network = replace(told.network, memory=8, width=8, hidden=8)
    small = replace(told, steps=160, learners=8, rollout=10, network=network, q=replace(told.q, batch=16, updates=2))
    monkeypatch.setattr(paths_runs, "make_config", lambda *run: small)
    train_method("tiny", MAIN_METHOD, 0, None, device="cpu")
    folder = locate_run("tiny", MAIN_METHOD, 0, None)
    assert not (folder / CHECKPOINT_FILE).exists()
    policy, seconds = load_trained("tiny", MAIN_METHOD, 0, None)
    assert (policy.name, policy.network.config) == (MAIN_METHOD, network)
    assert seconds > 0
    made = (folder / TRAINED_FILE).stat().st_mtime_ns
    train_method("tiny", MAIN_METHOD, 0, None, device="cpu")
    assert (folder / TRAINED_FILE).stat().st_mtime_ns == made
    assert load_or_walk("tiny", MAIN_METHOD, 0, 3, policy).violations == 0


def test_a_second_opinion_marks_practice_where_the_name_says_so(
    tiny: WorldStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_practice("tiny", 0) == (tiny.course, tiny.practice, (3,))
    with pytest.raises(AssertionError, match="no second opinion"):
        load_practice("tiny_opinion", 0)
    marked = KTStudents(tracing_model(5, seed=2), random_past(STUDENTS, 4, 5))
    monkeypatch.setattr(paths_runs, "load_study", lambda world, seed: replace(tiny, marked=marked))
    assert load_practice("tiny_opinion_free", 0) == (tiny.course, marked, (3,))
    assert load_practice("tiny", 0) == (tiny.course, tiny.practice, (3,))


def test_what_is_not_trained_for_every_seed_is_left_out(places: dict[str, MethodOutcomes]) -> None:
    assert set(drop_incomplete(places)) == {MAIN_METHOD, "ppo"}
    assert drop_incomplete({}) == {}
