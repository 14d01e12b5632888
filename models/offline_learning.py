"""One run of learning from a log: train with several α, keep the one that held-out learners speak for, and say so."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from graph.errors import Invalid
from models.checkpoint import LearnedPolicy, fingerprint, save_learned
from models.cql import Course, CQLConfig, Floats, Logged, fit
from models.fitted_evaluation import EvaluationConfig, Evaluator
from models.off_policy import effective_size, snips, weights

NAME = "cql"


@dataclass(frozen=True)
class OfflineConfig:
    """What a run depends on beside the log.

    Attributes:
        alphas: of the conservative term that are tried [0.05–5], see `CQLConfig`.
        held_out: share of the learners that choose among them [0.1–0.3].
        fewest: decisions that a log must hold [5,000–50,000]. At 6,000 the estimates of held-out learners were off by
            up to 1.3 of 5, at 30,000 by about 0.4 (`benchmarks/offline_rl`).
        cql: the rest.
    """

    alphas: tuple[float, ...] = (0.1, 0.3, 1.0)
    held_out: float = 0.2
    fewest: int = 5_000
    cql: CQLConfig = field(default_factory=CQLConfig)


@dataclass(frozen=True)
class Offline:
    """What a run came to; estimates are of held-out learners of the log.

    Attributes:
        worth: α → mean discounted return by fitted Q evaluation; `behaviour` the same of who decided in the log.
        reward: mean reward of a step by SNIPS; `logged_reward` in the log; `decisions` that the former rests on.
        steps, learners: that were held out.
    """

    policy: LearnedPolicy
    alpha: float
    worth: dict[float, float]
    behaviour: float
    reward: float
    logged_reward: float
    decisions: float
    steps: int
    learners: int


def learn(
    course: Course, logged: Logged, config: OfflineConfig, report: Callable[[float, int, float], None]
) -> Offline:
    """Train and choose; `report` hears α, the number of each update and its loss.

    Raises `Invalid` where the log holds too little.
    """
    people = len(np.unique(logged.learner))
    if len(logged) < config.fewest or people < 2:
        raise Invalid(
            f"The log holds {len(logged)} usable decisions of {people} learner(s); learning from it takes "
            f"{config.fewest} of at least 2. Until then: lodestar train {course.id}"
        )
    training, apart = logged.split(config.held_out, config.cql.seed)
    reward = apart.rewards(course, config.cql.pay)
    judge = evaluator(course, apart, config.cql)
    policies = {alpha: trained(course, training, replace(config.cql, alpha=alpha), report) for alpha in config.alphas}
    worth = {alpha: judge.worth(policy) for alpha, policy in policies.items()}
    alpha = max(worth, key=worth.__getitem__)
    weight = agreement(policies[alpha], apart)
    return Offline(
        policy=policies[alpha],
        alpha=alpha,
        worth=worth,
        behaviour=judge.behaviour(),
        reward=snips(weight, reward),
        logged_reward=float(reward.mean()),
        decisions=effective_size(weight),
        steps=len(apart),
        learners=len(np.unique(apart.learner)),
    )


def train(
    course: Course,
    logged: Logged,
    folder: Path,
    config: OfflineConfig | None = None,
    report: Callable[[float, int, float], None] = lambda alpha, update, loss: None,
) -> Offline:
    """`learn`, leaving policy.pt in `folder`."""
    learned = learn(course, logged, config or OfflineConfig(), report)
    save_learned(learned.policy, folder)
    return learned


def evaluator(course: Course, logged: Logged, config: CQLConfig) -> Evaluator:
    """Fitted Q evaluation on these steps, with the same pay and discount as the training."""
    return Evaluator(course, logged, logged.rewards(course, config.pay), EvaluationConfig(gamma=config.gamma))


def agreement(policy: LearnedPolicy, logged: Logged) -> Floats:
    """(T,) importance weights of the logged choices under `policy`."""
    shares = np.zeros(len(logged), dtype=np.float32)
    for steps in np.array_split(np.arange(len(logged)), max(1, len(logged) // 512)):
        propensity = policy.decide(logged.states.take(logged.state[steps])).propensity
        shares[steps] = propensity[np.arange(len(steps)), logged.chosen[steps]]
    return weights(shares, logged.propensity)


def trained(
    course: Course, logged: Logged, config: CQLConfig, report: Callable[[float, int, float], None] = lambda *now: None
) -> LearnedPolicy:
    """A policy with the α of `config`; `report` hears it, the number of each update and its loss."""
    network = fit(course, logged, config, lambda update, loss: report(config.alpha, update, loss))
    version = f"{course.id}-{len(logged)}-{fingerprint(network)}"
    return LearnedPolicy(network, name=NAME, version=version, method="q")


__all__ = [
    "NAME",
    "CQLConfig",
    "Course",
    "Evaluator",
    "LearnedPolicy",
    "Logged",
    "Offline",
    "OfflineConfig",
    "evaluator",
    "learn",
    "train",
    "trained",
]
