"""Conservative Q-learning, CQL(H), for discrete actions (Kumar et al. 2020, "Conservative Q-Learning for Offline RL").

A Q network trained on a log alone believes in actions that nobody took: the maximum in its target seeks out its errors,
and no new data corrects them. CQL(H) adds to the temporal-difference loss how far a soft maximum over the feasible
candidates lies above the Q of the candidate that was taken:

    L = Huber(Q(s, a) − y) + α · mean[ log Σ_a′ exp Q(s, a′) − Q(s, a) ]
    y = r + γ Q̂(s′, argmax_a′ Q(s′, a′)),    0 after an end         (double Q-learning, van Hasselt et al. 2016)

Q̂: a target network that follows slowly. α = 0 is plain offline DQN; with a large α the second term is all there is, and
that is behaviour cloning: the cross-entropy of a softmax policy. Left out: CQL's α by a Lagrange multiplier.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from models.features import Batch
from models.network import NetworkConfig, PolicyNetwork
from models.offline_log import Course, Floats, Ints, Logged, Pay
from models.q_learning import q_loss, td_target


@dataclass(frozen=True)
class CQLConfig:
    """Everything that a run depends on beside the log. Usual ranges in brackets.

    Attributes:
        alpha: weight of the conservative term [0.1–5; 0 is offline DQN].
        gamma: discount [0.95–0.99], the project's own.
        updates: gradient steps [500–20,000]; batch: logged steps in each [32–256].
        learning_rate: of Adam [1e-4–3e-3]; max_gradient: norm at which gradients are clipped [0.5–10].
        follow: share by which the target network moves to the network at each update [0.005–0.05].
        pay: what a logged step is worth.
        seed: of the parameters and of the order of the steps.
    """

    alpha: float = 0.3
    gamma: float = 0.97
    updates: int = 600
    batch: int = 64
    learning_rate: float = 3e-3
    max_gradient: float = 1.0
    follow: float = 0.02
    pay: Pay = field(default_factory=Pay)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    seed: int = 0


def conservative(q: Tensor, mask: Tensor, action: Tensor) -> Tensor:
    """log Σ exp Q over the feasible candidates minus Q of the chosen one, (M,); q and mask (M, K), action (M,)."""
    feasible = torch.where(mask, q, -torch.inf)
    return feasible.logsumexp(dim=1) - q.gather(1, action[:, None]).squeeze(1)


def double_value(q: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """What the target network (M, K) says of the candidate that the network q (M, K) prefers; 0 where there is none."""
    best = torch.where(mask, q, -torch.inf).argmax(dim=1)
    value = target.gather(1, best[:, None]).squeeze(1)
    return torch.where(mask.any(dim=1), value, 0)


def cql_loss(q: Tensor, mask: Tensor, action: Tensor, target: Tensor, alpha: float) -> Tensor:
    """Huber loss to `target` (M,) of the chosen candidates' Q plus α times the mean conservative term, a scalar."""
    chosen = q.gather(1, action[:, None]).squeeze(1)
    return q_loss(chosen, target) + alpha * conservative(q, mask, action).mean()


class States:
    """A log's states as one batch on the network's device, of which some rows are taken at a time."""

    def __init__(self, network: PolicyNetwork, logged: Logged) -> None:
        self._batch = network.batch(logged.states)

    def rows(self, rows: Ints) -> Batch:
        """Those states, without the padding that they do not need."""
        taken = self._batch.take(torch.as_tensor(rows, device=self._batch.mask.device))
        width = max(1, int(taken.mask.sum(dim=1).max()))
        return replace(taken, candidates=taken.candidates[:, :width], mask=taken.mask[:, :width])


def fit(
    course: Course, logged: Logged, config: CQLConfig, report: Callable[[int, float], None] = lambda update, loss: None
) -> PolicyNetwork:
    """A network whose Q head was trained on the log; `report` hears the number of each update and its loss.

    Q starts at the mean return of the log: near its fixed point, long before the rewards have come through.
    """
    torch.manual_seed(config.seed)
    reward = logged.rewards(course, config.pay)
    network, target = PolicyNetwork(course, config.network), PolicyNetwork(course, config.network)
    torch.nn.init.constant_(network.q_head.out.bias, float(logged.returns(reward, config.gamma).mean()))
    target.load_state_dict(network.state_dict())
    used = [*network.encoder.parameters(), *network.q_head.parameters()]
    optimiser = torch.optim.Adam(used, lr=config.learning_rate, eps=1e-5)
    random, states = np.random.default_rng(config.seed), States(network, logged)
    for update in range(config.updates):
        steps = random.integers(0, len(logged), config.batch)
        some = logged.take(steps)
        loss = _loss((network, target), states, some, torch.as_tensor(reward[steps]), config)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(used, config.max_gradient)
        optimiser.step()
        _follow(target, network, config.follow)
        report(update + 1, loss.item())
    return network


def _loss(
    networks: tuple[PolicyNetwork, PolicyNetwork], states: States, some: Logged, reward: Tensor, config: CQLConfig
) -> Tensor:
    network, target = networks
    after = states.rows(some.following)
    with torch.no_grad():
        following = double_value(network.q(after), target.q(after), after.mask)
        aim = td_target(reward, torch.as_tensor(some.ended), following, config.gamma)
    seen = states.rows(some.state)
    return cql_loss(network.q(seen), seen.mask, torch.as_tensor(some.chosen), aim, config.alpha)


def _follow(target: PolicyNetwork, network: PolicyNetwork, share: float) -> None:
    """Move the target's parameters a little towards the network's."""
    with torch.no_grad():
        for old, new in zip(target.parameters(), network.parameters(), strict=True):
            old.lerp_(new, share)


__all__ = [
    "CQLConfig",
    "Course",
    "Floats",
    "Logged",
    "PolicyNetwork",
    "States",
    "conservative",
    "cql_loss",
    "double_value",
    "fit",
]
