"""The learned methods of `benchmarks.paths` and what is left when one part is taken away, as training settings.

One set of settings for each kind of world, chosen on practice students (docs/paths.md); an ablation changes one thing.
"""

from collections.abc import Callable
from dataclasses import replace

from models.course import Course
from models.foresight import Farsighted
from models.network import NetworkConfig
from models.policy import LearnedPolicy
from models.ppo import PPOConfig
from models.q_learning import QConfig
from models.recommender import Recommender
from models.training import TrainingConfig

MEMORY = 64
"""H of the tutor's learner model, a DKT."""

KSS = TrainingConfig(
    steps=600_000,
    learners=256,
    rollout=30,
    replay=128,
    learning_rate=2e-3,
    network=NetworkConfig(width=48, hidden=128, prior=0, trail=True, memory=MEMORY, identity=16),
    ppo=PPOConfig(gamma=1.0, minibatch=512, advice=0.0),
    q=QConfig(gamma=0.99, batch=512, updates=16, keep=8, warm_up=0.5, steps=3),
)
TRACERS = replace(
    KSS,
    steps=250_000,
    rollout=20,
    network=replace(KSS.network, width=32, layers=1, hidden=64, identity=32, prior=1.0),
    ppo=replace(KSS.ppo, epochs=2),
    q=replace(KSS.q, keep=32, warm_up=0.2, updates=8),
)

Change = Callable[[TrainingConfig], TrainingConfig]


def _network(**changes: object) -> Change:
    return lambda config: replace(config, network=replace(config.network, **changes))


def _q(**changes: object) -> Change:
    return lambda config: replace(config, q=replace(config.q, **changes))


def _ppo(**changes: object) -> Change:
    return lambda config: replace(config, ppo=replace(config.ppo, **changes))


METHODS: dict[str, Change] = {
    "lodestar": lambda config: config,
    "ppo": lambda config: replace(config, method="ppo"),
    "q": lambda config: replace(config, method="q"),
}
ABLATIONS: dict[str, Change] = {
    "no_graph": _network(graph=False),
    "no_memory": _network(memory=0),
    "no_trail": _network(trail=False),
    "no_identity": _network(identity=0),
    "no_prior": _network(prior=0),
    "advice": _ppo(advice=1.0),
    "one_step": _q(steps=1),
    "longer": lambda config: replace(config, steps=3 * config.steps),
}


Decide = Callable[[LearnedPolicy, Course], Recommender]
DECIDING: dict[str, Decide] = {
    "keep_2": lambda policy, course: replace(policy, keep=2),
    "keep_4": lambda policy, course: replace(policy, keep=4),
    "unpruned": lambda policy, course: replace(policy, keep=course.resources),
    "foresight": lambda policy, course: Farsighted(policy, course),
}
"""The trained lodestar asked in another way: Top-M swept, and with a look ahead."""


def settings(world: str, method: str, seed: int, steps: int | None = None) -> TrainingConfig:
    """Of one run."""
    base = KSS if world.startswith("kss") else TRACERS
    config = (METHODS | ABLATIONS)[method](base)
    return replace(config, seed=seed, steps=steps or config.steps)
