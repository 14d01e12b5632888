"""Offline reinforcement learning: conservative Q-learning from a log, and the choice of α on held-out learners.

CQL(H) for discrete actions (Kumar et al. 2020, "Conservative Q-Learning for Offline RL"). A Q network trained on a
log alone overestimates actions that the log does not contain: the maximum in its target selects its errors, and no new
data corrects them. CQL(H) adds to the temporal-difference loss the difference between a soft maximum over the feasible
candidates and the Q of the chosen candidate:

    L = Huber(Q(s, a) − y) + α · mean[ log Σ_a′ exp Q(s, a′) − Q(s, a) ]
    y = r + γ Q̂(s′, argmax_a′ Q(s′, a′)),    0 after an end         (double Q-learning, van Hasselt et al. 2016)

Q̂: a target network that is updated slowly. α = 0 is plain offline DQN; with a large α the second term dominates, and
that is behaviour cloning: the cross-entropy of a softmax policy. Left out: CQL's α by a Lagrange multiplier.

A run trains with several α and keeps the policy of the highest value by fitted Q evaluation on held-out learners.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from graph.errors import Invalid
from models.arrays import Floats, Ints
from models.course import Course
from models.rl.features import ObservationBatch
from models.rl.losses import q_loss, td_target
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.off_policy_evaluation import (
    FittedQEvaluator,
    FQEConfig,
    compute_importance_weights,
    effective_sample_size,
    snips,
)
from models.rl.offline_log import OfflineLog, RewardWeights
from models.rl.policy import LearnedPolicy
from models.rl.run import hash_parameters, save_learned_policy


@dataclass(frozen=True)
class CQLConfig:
    """Settings of one run. Usual ranges in brackets.

    Attributes:
        alpha: weight of the conservative term [0.1–5; 0 is offline DQN].
        gamma: discount [0.95–0.99], as in `models.rl.losses.QConfig`.
        updates: gradient steps [500–20,000]; batch: logged steps in each [32–256].
        learning_rate: of Adam [1e-4–3e-3]; max_gradient: norm at which gradients are clipped [0.5–10].
        follow: weight of the network in the moving average of the target network, at each update [0.005–0.05].
        pay: weights of the reward of a logged step.
        seed: of the parameters and of the order of the steps.
    """

    alpha: float = 0.3
    gamma: float = 0.97
    updates: int = 600
    batch: int = 64
    learning_rate: float = 3e-3
    max_gradient: float = 1.0
    follow: float = 0.02
    pay: RewardWeights = field(default_factory=RewardWeights)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    seed: int = 0


def conservative_penalty(q: Tensor, mask: Tensor, action: Tensor) -> Tensor:
    """Return log Σ exp Q over the feasible candidates − Q of the chosen one, (M,); q, mask (M, K), action (M,)."""
    feasible = torch.where(mask, q, -torch.inf)
    return feasible.logsumexp(dim=1) - q.gather(1, action[:, None]).squeeze(1)


def double_q_value(q: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Return `target` (M, K) at the feasible candidate with the greatest `q` (M, K), (M,); 0 without candidates."""
    best = torch.where(mask, q, -torch.inf).argmax(dim=1)
    value = target.gather(1, best[:, None]).squeeze(1)
    return torch.where(mask.any(dim=1), value, 0)


def cql_loss(q: Tensor, mask: Tensor, action: Tensor, target: Tensor, alpha: float) -> Tensor:
    """Return the Huber loss of the chosen Q to `target` (M,) plus α times the mean conservative term, a scalar."""
    chosen = q.gather(1, action[:, None]).squeeze(1)
    return q_loss(chosen, target) + alpha * conservative_penalty(q, mask, action).mean()


class LoggedStates:
    """The states of a log as one batch on the network's device."""

    def __init__(self, network: PolicyNetwork, logged: OfflineLog) -> None:
        self._batch = network.batch(logged.states)

    def rows(self, rows: Ints) -> ObservationBatch:
        """Return the states `rows` (M,), with candidates no wider than they need."""
        taken = self._batch.take(torch.as_tensor(rows, device=self._batch.mask.device))
        width = max(1, int(taken.mask.sum(dim=1).max()))
        return replace(taken, candidates=taken.candidates[:, :width], mask=taken.mask[:, :width])


def fit_cql(
    course: Course,
    logged: OfflineLog,
    config: CQLConfig,
    report: Callable[[int, float], None] = lambda update, loss: None,
) -> PolicyNetwork:
    """Train the Q head of a new network on the log; call `report` with the number and the loss of each update.

    The bias of Q starts at the mean return of the log, which is near the fixed point and saves updates.
    """
    torch.manual_seed(config.seed)
    reward = logged.rewards(course, config.pay)
    network, target = config.network.build(course), config.network.build(course)
    torch.nn.init.constant_(network.q_head.out.bias, float(logged.returns(reward, config.gamma).mean()))
    target.load_state_dict(network.state_dict())
    used = [*network.encoder.parameters(), *network.q_head.parameters()]
    optimiser = torch.optim.Adam(used, lr=config.learning_rate, eps=1e-5)
    random, states = np.random.default_rng(config.seed), LoggedStates(network, logged)
    for update in range(config.updates):
        steps = random.integers(0, len(logged), config.batch)
        some = logged.take(steps)
        loss = _compute_loss((network, target), states, some, torch.as_tensor(reward[steps]), config)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(used, config.max_gradient)
        optimiser.step()
        _update_target(target, network, config.follow)
        report(update + 1, loss.item())
    return network


def _compute_loss(
    networks: tuple[PolicyNetwork, PolicyNetwork],
    states: LoggedStates,
    some: OfflineLog,
    reward: Tensor,
    config: CQLConfig,
) -> Tensor:
    network, target = networks
    after = states.rows(some.following)
    with torch.no_grad():
        following = double_q_value(network.q(after), target.q(after), after.mask)
        y = td_target(reward, torch.as_tensor(some.ended), following, config.gamma)
    seen = states.rows(some.state)
    return cql_loss(network.q(seen), seen.mask, torch.as_tensor(some.chosen), y, config.alpha)


def _update_target(target: PolicyNetwork, network: PolicyNetwork, share: float) -> None:
    """Set the target's parameters to (1 − share) · target + share · network."""
    with torch.no_grad():
        for old, new in zip(target.parameters(), network.parameters(), strict=True):
            old.lerp_(new, share)


CQL_NAME = "cql"


@dataclass(frozen=True)
class OfflineConfig:
    """Settings of a run.

    Attributes:
        alphas: the values of α that are tried [0.05–5], see `CQLConfig`.
        held_out: share of the learners on which α is chosen [0.1–0.3].
        fewest: smallest number of decisions in a log [5,000–50,000]. At 6,000 the estimates of held-out learners were
            off by up to 1.3 of 5, at 30,000 by about 0.4 (`benchmarks/training/offline_rl.py`).
        cql: the other settings of training.
    """

    alphas: tuple[float, ...] = (0.1, 0.3, 1.0)
    held_out: float = 0.2
    fewest: int = 5_000
    cql: CQLConfig = field(default_factory=CQLConfig)


@dataclass(frozen=True)
class OfflineResult:
    """Result of a run; estimates are from held-out learners of the log.

    Attributes:
        worth: α → mean discounted return by fitted Q evaluation; behaviour: the same of the logged choices.
        reward: mean reward of a step by SNIPS; logged_reward: in the log; decisions: effective sample size of `reward`.
        steps, learners: number held out.
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


def select_offline_policy(
    course: Course, logged: OfflineLog, config: OfflineConfig, report: Callable[[float, int, float], None]
) -> OfflineResult:
    """Train a policy with each α and return the best on held-out learners.

    report: called with α, the number and the loss of each update. Raises `Invalid` for a log with too few decisions.
    """
    people = len(np.unique(logged.learner))
    if len(logged) < config.fewest or people < 2:
        raise Invalid(
            f"The log holds {len(logged)} usable decisions of {people} learner(s); learning from it takes "
            f"{config.fewest} of at least 2. Until then: lodestar train {course.id}"
        )
    training, held_out = logged.split(config.held_out, config.cql.seed)
    reward = held_out.rewards(course, config.cql.pay)
    evaluator = make_evaluator(course, held_out, config.cql)
    policies = {
        alpha: train_cql_policy(course, training, replace(config.cql, alpha=alpha), report) for alpha in config.alphas
    }
    worth = {alpha: evaluator.worth(policy) for alpha, policy in policies.items()}
    alpha = max(worth, key=worth.__getitem__)
    weight = compute_policy_weights(policies[alpha], held_out)
    return OfflineResult(
        policy=policies[alpha],
        alpha=alpha,
        worth=worth,
        behaviour=evaluator.behaviour(),
        reward=snips(weight, reward),
        logged_reward=float(reward.mean()),
        decisions=effective_sample_size(weight),
        steps=len(held_out),
        learners=len(np.unique(held_out.learner)),
    )


def train_offline_policy(
    course: Course,
    logged: OfflineLog,
    folder: Path,
    config: OfflineConfig | None = None,
    report: Callable[[float, int, float], None] = lambda alpha, update, loss: None,
) -> OfflineResult:
    """Run `select_offline_policy` and write policy.pt to `folder`."""
    result = select_offline_policy(course, logged, config or OfflineConfig(), report)
    save_learned_policy(result.policy, folder)
    return result


def make_evaluator(course: Course, logged: OfflineLog, config: CQLConfig) -> FittedQEvaluator:
    """Return fitted Q evaluation on `logged`, with the reward and discount of the training."""
    return FittedQEvaluator(course, logged, logged.rewards(course, config.pay), FQEConfig(gamma=config.gamma))


def compute_policy_weights(policy: LearnedPolicy, logged: OfflineLog) -> Floats:
    """Return the importance weights of the logged choices under `policy`, (T,)."""
    shares = np.zeros(len(logged), dtype=np.float32)
    for steps in np.array_split(np.arange(len(logged)), max(1, len(logged) // 512)):
        propensity = policy.decide(logged.states.take(logged.state[steps])).propensity
        shares[steps] = propensity[np.arange(len(steps)), logged.chosen[steps]]
    return compute_importance_weights(shares, logged.propensity)


def train_cql_policy(
    course: Course,
    logged: OfflineLog,
    config: CQLConfig,
    report: Callable[[float, int, float], None] = lambda *now: None,
) -> LearnedPolicy:
    """Train a policy with the α of `config`; call `report` with α, the number and the loss of each update."""
    network = fit_cql(course, logged, config, lambda update, loss: report(config.alpha, update, loss))
    version = f"{course.id}-{len(logged)}-{hash_parameters(network)}"
    return LearnedPolicy(network, name=CQL_NAME, version=version, method="q")
