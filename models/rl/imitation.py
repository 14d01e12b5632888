"""Imitation of a teacher before reinforcement learning: behaviour cloning on the student's own path (DAgger).

    π_i = β_i · teacher + (1 − β_i) · student,   β_i falling from 1 to 0        (Ross, Gordon & Bagnell 2011)
    L   = −E[log π(a*|s)],   a*: the teacher's choice among the candidates of every visited state

The teacher may use the hidden state of the learners, the student only the observation. Visited states are stored in the
replay buffer and reused until they are overwritten.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.recommender import Recommender
from models.rl.losses import log_probability
from models.rl.network import PolicyNetwork
from models.rl.replay import ReplayBuffer, Transitions
from models.simulation.practice import World


@dataclass(frozen=True)
class ImitationConfig:
    """Settings of one run of imitation.

    Attributes:
        steps: answers in all; rollout: steps of every learner between the updates; updates: after each rollout.
        batch: states in an update; replay: stored time steps.
        teaching: share of the steps after which β = 0.
    """

    steps: int = 12_000
    rollout: int = 4
    updates: int = 12
    batch: int = 256
    replay: int = 64
    teaching: float = 0.5
    learning_rate: float = 3e-3
    max_gradient: float = 0.5
    seed: int = 0


def imitate_teacher(
    network: PolicyNetwork,
    world: World,
    teacher: Recommender,
    config: ImitationConfig | None = None,
    report: Callable[[float], None] = lambda loss: None,
) -> PolicyNetwork:
    """Train `network` to choose in `world` as `teacher` does; call `report` with the mean loss after each rollout."""
    config = config or ImitationConfig()
    world.reset(seed=config.seed)
    random, device = np.random.default_rng(config.seed), network.features.points.device
    sampler = torch.Generator(device).manual_seed(config.seed)
    size = len(world.observe())
    buffer = ReplayBuffer(config.replay, size, device, network.batch_class)
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate, eps=1e-5)
    rounds = max(1, config.steps // (size * config.rollout))
    for done in range(rounds):
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * max(1 - done / rounds, 0.05)
        share = max(0.0, 1 - done / rounds / config.teaching) if config.teaching else 0.0
        for _ in range(config.rollout):
            _collect_step(network, world, teacher, buffer, random.random(size) < share, sampler)
        losses = [_update_network(network, buffer, optimiser, random, config) for _ in range(config.updates)]
        report(float(np.mean(losses)))
    return network


def _collect_step(
    network: PolicyNetwork,
    world: World,
    teacher: Recommender,
    buffer: ReplayBuffer,
    use_teacher: NDArray[np.bool_],
    sampler: torch.Generator,
) -> None:
    """Do one step of all learners: the teacher's choice where `use_teacher` (B,), else the network's.

    The teacher's choice is stored in the buffer for all of them.
    """
    observation = world.observe()
    seen = network.batch(observation)
    teacher_choice = torch.as_tensor(teacher.decide(observation).chosen, device=seen.mask.device)
    with torch.no_grad():
        logits = network.policy(seen)[0]
        own = torch.multinomial(torch.softmax(logits, dim=-1), 1, generator=sampler).squeeze(1)
    action = torch.where(torch.as_tensor(use_teacher, device=own.device), teacher_choice, own)
    reward, ended, _ = world.advance(observation.candidates[np.arange(len(use_teacher)), action.cpu().numpy()])
    none = torch.zeros(len(use_teacher), device=own.device)
    buffer.add(
        seen,
        kept=seen.mask,
        action=teacher_choice,
        log_prob=none,
        value=none,
        reward=torch.as_tensor(reward, device=own.device),
        ended=torch.as_tensor(ended, device=own.device),
    )
    world.restart(ended)


def _update_network(
    network: PolicyNetwork,
    buffer: ReplayBuffer,
    optimiser: torch.optim.Optimizer,
    random: np.random.Generator,
    config: ImitationConfig,
) -> float:
    """Do one gradient step on a sample of the buffer and return its loss."""
    slots, learners = buffer.sample(config.batch, random)
    loss = imitation_loss(network, buffer.read(slots, learners))
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), config.max_gradient)
    optimiser.step()
    return loss.item()


def imitation_loss(network: PolicyNetwork, rows: Transitions) -> torch.Tensor:
    """Return −mean log π of the teacher's choices, a scalar."""
    return -log_probability(network.policy(rows.state)[0], rows.action).mean()
