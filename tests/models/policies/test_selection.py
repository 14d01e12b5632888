"""Who is served: only what was measured, and only as it was measured."""

import json

import pytest

from graph.errors import SetupFailed
from models.evaluation.advice import Advice, save_advice
from models.evaluation.leaderboard import EVALUATION_FILE
from models.policies.selection import CourseStrategies
from models.policies.strategies import DEFAULT_STRATEGY
from models.rl.network import PolicyNetwork
from models.rl.policy import LearnedPolicy
from models.rl.run import POLICY_FILE, load_policy, locate_policy, save_learned_policy, save_policy
from models.rl.trainer import Trainer
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import on_the_way, random_course
from tests.models.rl.test_trainer import SMALL

COURSE = random_course(1)


def measured(folder, served: str, version: str) -> None:
    """An evaluation of the policy `version` whose winner is `served`."""
    numbers = dict.fromkeys(
        ("ep", "ep_sd", "reached", "steps", "steps_sd", "violations", "diversity", "ms_per_step"), 0
    )
    rungs = [{"name": name, "version": version, **numbers} for name in ("greedy", "lodestar", "cql")]
    content = {"course": "test", "learners": 1, "seeds": [0], "rungs": rungs, "served": served, "verdict": ""}
    (folder / EVALUATION_FILE).write_text(json.dumps(content), encoding="utf-8")


def to_serve(folder):
    strategies = CourseStrategies(COURSE, folder, folder / "rankers")
    return strategies.make(strategies.best())


def trained(folder, version: str) -> None:
    save_policy(Trainer(LearnerVectorEnv(COURSE, SMALL.learners), SMALL), folder, version)


def test_without_a_measurement_the_default_is_served_even_beside_a_policy(tmp_path):
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY
    trained(tmp_path, "v1")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY


def test_the_winner_is_served(tmp_path):
    trained(tmp_path, "v1")
    measured(tmp_path, "lodestar", "v1")
    served = to_serve(tmp_path)
    assert (served.name, served.version) == ("lodestar", "v1")
    measured(tmp_path, "zpd", "v1")
    assert to_serve(tmp_path).name == "zpd"


def test_a_policy_newer_than_its_measurement_is_not_served(tmp_path):
    trained(tmp_path, "v2")
    measured(tmp_path, "lodestar", "v1")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY
    save_advice(Advice((), "lodestar", "it had won when the advice was given"), tmp_path / "rankers")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY


@pytest.mark.parametrize("leftover", [True, False], ids=["deleted", "never there"])
def test_a_winner_that_is_gone_gives_the_default(tmp_path, leftover):
    if leftover:
        trained(tmp_path, "v1")
        (tmp_path / POLICY_FILE).unlink()
    measured(tmp_path, "lodestar", "v1")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY


def test_a_policy_from_the_log_is_kept_beside_the_other_and_served_when_it_won(tmp_path):
    trained(tmp_path, "v1")
    learned = LearnedPolicy(PolicyNetwork(COURSE, SMALL.network), name="cql", version="c1", method="q")
    save_learned_policy(learned, locate_policy(tmp_path, "cql"))
    read = load_policy(locate_policy(tmp_path, "cql"), COURSE)
    seen = on_the_way(COURSE)
    assert (read.name, read.version, read.method) == ("cql", "c1", "q")
    assert (read.decide(seen).score == learned.decide(seen).score).all()
    measured(tmp_path, "cql", "c1")
    assert (to_serve(tmp_path).name, to_serve(tmp_path).version) == ("cql", "c1")
    measured(tmp_path, "lodestar", "v1")
    assert to_serve(tmp_path).name == "lodestar"
    measured(tmp_path, "cql", "c0")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY
    (locate_policy(tmp_path, "cql") / POLICY_FILE).unlink()
    measured(tmp_path, "cql", "c1")
    assert to_serve(tmp_path).name == DEFAULT_STRATEGY


def test_what_is_not_trained_says_how_to(tmp_path):
    with pytest.raises(SetupFailed, match="cql is not trained: lodestar train test --offline"):
        CourseStrategies(COURSE, tmp_path, tmp_path / "rankers").make("cql")
