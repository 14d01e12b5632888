"""Learned methods of benchmarks/paths/compare.py and their ablations as training settings; the study of a world.

One set of settings for each kind of world, chosen on practice students (docs/paths.md); an ablation changes one thing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from models.arrays import Floats
from models.course import Course
from models.policies.lookahead import LookaheadPolicy
from models.recommender import Recommender
from models.rl.losses import PPOConfig, QConfig
from models.rl.policy import LearnedPolicy
from models.rl.practice_network import PracticeNetworkConfig
from models.rl.trainer import TrainingConfig
from models.simulation.practice import PracticeRollout, Students

MEMORY = 64
"""H of the tutor's learner model, a DKT."""

KSS_CONFIG = TrainingConfig(
    steps=600_000,
    learners=256,
    rollout=30,
    replay=128,
    learning_rate=2e-3,
    network=PracticeNetworkConfig(width=48, hidden=128, prior=0, trail=True, memory=MEMORY, identity=16),
    ppo=PPOConfig(gamma=1.0, minibatch=512, advice=0.0),
    q=QConfig(gamma=0.99, batch=512, updates=16, keep=8, warm_up=0.5, n_step=3),
)
KT_CONFIG = replace(
    KSS_CONFIG,
    steps=250_000,
    rollout=20,
    network=replace(KSS_CONFIG.network, width=32, layers=1, hidden=64, identity=32, prior=1.0),
    ppo=replace(KSS_CONFIG.ppo, epochs=2),
    q=replace(KSS_CONFIG.q, keep=32, warm_up=0.2, updates=8),
)

ConfigChange = Callable[[TrainingConfig], TrainingConfig]


def _network(**changes: object) -> ConfigChange:
    return lambda config: replace(config, network=replace(config.network, **changes))


def _q(**changes: object) -> ConfigChange:
    return lambda config: replace(config, q=replace(config.q, **changes))


def _ppo(**changes: object) -> ConfigChange:
    return lambda config: replace(config, ppo=replace(config.ppo, **changes))


METHODS: dict[str, ConfigChange] = {
    "lodestar": lambda config: config,
    "ppo": lambda config: replace(config, method="ppo"),
    "q": lambda config: replace(config, method="q"),
}
ABLATIONS: dict[str, ConfigChange] = {
    "no_graph": _network(graph=False),
    "no_memory": _network(memory=0),
    "no_trail": _network(trail=False),
    "no_identity": _network(identity=0),
    "no_prior": _network(prior=0),
    "advice": _ppo(advice=1.0),
    "one_step": _q(n_step=1),
    "longer": lambda config: replace(config, steps=3 * config.steps),
}


DecisionVariant = Callable[[LearnedPolicy, Course], Recommender]
DECISION_VARIANTS: dict[str, DecisionVariant] = {
    "keep_2": lambda policy, course: replace(policy, keep=2),
    "keep_4": lambda policy, course: replace(policy, keep=4),
    "unpruned": lambda policy, course: replace(policy, keep=course.resources),
    "foresight": lambda policy, course: LookaheadPolicy(policy, course),
}
"""The trained lodestar asked in another way: Top-M swept, and with a look ahead."""


def make_config(world: str, method: str, seed: int, steps: int | None = None) -> TrainingConfig:
    """Of one run."""
    base = KSS_CONFIG if world.startswith("kss") else KT_CONFIG
    config = (METHODS | ABLATIONS)[method](base)
    return replace(config, seed=seed, steps=steps or config.steps)


@dataclass(frozen=True)
class WorldStudy:
    """One seed of one world.

    Attributes:
        name: of the world, as in the figures.
        course: the skills and their prerequisites, the tutor's learner model as tracer, fitted without test students.
        practice: students to learn on, as many as wanted.
        marked: the same with a second opinion on their exams, where there is one.
        test: 500 others, that nothing was fitted to.
        lengths: path lengths that are measured.
        rungs: what needs no practice, by name; each is asked on paths of the length it is given.
        judge: E_p (B,) of a walk of all test students by a second, differently built model, where there is one.
    """

    name: str
    course: Course
    practice: Students
    test: Students
    lengths: tuple[int, ...]
    rungs: Callable[[int], Mapping[str, Recommender]]
    judge: Callable[[PracticeRollout], Floats] | None = None
    marked: Students | None = None
