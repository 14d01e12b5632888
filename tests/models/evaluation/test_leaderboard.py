"""Who is served: only a policy that was measured to win, in the very version that won."""

import dataclasses
import json

import numpy as np
import pytest

from models.evaluation import leaderboard
from models.evaluation.simulated import SimulationResult
from models.policies.rule_based import make_simple_baselines
from models.policies.selection import CourseStrategies
from models.simulation.environment import LearnerVectorEnv
from services.training.evaluate import evaluate_strategies
from tests.models.courses import random_course


def result(ep: float, steps: float, seed: int = 0) -> SimulationResult:
    noise = np.random.default_rng(seed).normal(0, 0.01, 200)
    return SimulationResult(
        ep=(ep + noise).astype(np.float32),
        reached=np.ones(200, dtype=bool),
        steps=(steps + 100 * noise).astype(np.float32),
        minutes=(10 * steps + noise).astype(np.float32),
        violations=0,
        diversity=0.5,
        ms_per_step=0.1,
    )


def test_the_policy_is_served_when_it_wins_on_both():
    served, why = leaderboard.choose_served_strategy(
        {"random": result(0.2, 30, 1), "greedy": result(0.4, 25, 2), "lodestar": result(0.5, 20)}
    )
    assert served == "lodestar" and "every other rung" in why


@pytest.mark.parametrize("learned", [result(0.5, 30), result(0.3, 20), result(0.4, 25)])
def test_else_the_best_rung_is(learned):
    served, why = leaderboard.choose_served_strategy(
        {"random": result(0.2, 31, 1), "greedy": result(0.4, 25, 2), "lodestar": learned}
    )
    assert served == "greedy" and "greedy" in why


def test_the_policy_alone_is_not_enough():
    assert leaderboard.choose_served_strategy({"random": result(0.2, 30)})[0] == "random"


def test_standings_are_kept_and_drawn(tmp_path):
    course = random_course(np.random.default_rng(0))
    standings, results = leaderboard.measure_strategies(
        LearnerVectorEnv(course, 8), lambda seed: make_simple_baselines(course)[:2], seeds=2
    )
    assert [rung.name for rung in standings.rows] == ["random", "popularity"] and len(results["random"].ep) == 16
    leaderboard.save_leaderboard(standings, tmp_path)
    assert leaderboard.load_leaderboard(tmp_path) == standings and (tmp_path / "ladder.png").stat().st_size > 5_000


def test_a_standing_from_before_minutes_were_measured_is_still_read(tmp_path):
    course = random_course(np.random.default_rng(0))
    standings, _ = leaderboard.measure_strategies(
        LearnerVectorEnv(course, 8), lambda seed: make_simple_baselines(course)[:1], seeds=2
    )
    assert standings.rows[0].minutes > 0 and standings.rows[0].minutes_sd > 0
    leaderboard.save_leaderboard(standings, tmp_path)
    content = json.loads((tmp_path / leaderboard.EVALUATION_FILE).read_text(encoding="utf-8"))
    for name in ("minutes", "minutes_sd"):
        content["rungs"][0].pop(name)
    (tmp_path / leaderboard.EVALUATION_FILE).write_text(json.dumps(content), encoding="utf-8")
    old = leaderboard.load_leaderboard(tmp_path)
    assert old and old.rows[0] == dataclasses.replace(standings.rows[0], minutes=0.0, minutes_sd=0.0)


@pytest.mark.training
def test_what_was_not_measured_is_not_served(tmp_path):
    course = random_course(np.random.default_rng(0))
    strategies = CourseStrategies(course, tmp_path, tmp_path / "rankers")
    assert strategies.best() == "needed"
    standings = evaluate_strategies(strategies, learners=8, seeds=1)
    assert strategies.best() == standings.served
    leaderboard.save_leaderboard(dataclasses.replace(standings, served="mastery"), tmp_path)
    assert strategies.best() == "mastery"


def test_of_two_policies_that_beat_every_simpler_rung_the_better_is_served():
    simple = {"random": result(0.2, 30, 1), "greedy": result(0.4, 25, 2)}
    served, why = leaderboard.choose_served_strategy(
        simple | {"lodestar": result(0.5, 20), "cql": result(0.5003, 20, 3)}
    )
    assert served == "cql" and why.startswith("cql")
    assert (
        leaderboard.choose_served_strategy(simple | {"lodestar": result(0.4, 25, 4), "cql": result(0.5, 20, 3)})[0]
        == "cql"
    )
    served, why = leaderboard.choose_served_strategy(simple | {"lodestar": result(0.3, 25), "cql": result(0.3, 26, 3)})
    assert served == "greedy" and "lodestar does not beat" in why and "cql does not beat" in why
