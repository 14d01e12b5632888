"""Training in a simulator: vectorised rollouts, one replay buffer for both heads, repeatable from its seed.

There is a target network for Q. One iteration: `rollout` steps of every simulated learner with the current policy
over the candidates that Q keeps; PPO's epochs over those; Q-learning's updates over the whole buffer; every
`target_every` iterations a copy of the network to the target network.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from models.rl.losses import (
    PPOConfig,
    QConfig,
    advised_loss,
    approximate_kl,
    best_value,
    entropy,
    estimate_advantages,
    expected_value,
    log_probability,
    policy_loss,
    prune_candidates,
    q_loss,
    td_target,
)
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.replay import ReplayBuffer, Transitions
from models.simulation.practice import World


@dataclass(frozen=True)
class TrainingConfig:
    """Settings of a run.

    Attributes:
        steps: answers of simulated learners in all; learners: number in parallel; rollout: steps in an iteration.
        replay: stored time steps of each learner.
        method: "whole" prunes by Q and chooses by PPO; "q" and "ppo" are each half alone.
    """

    steps: int = 24_000
    learners: int = 128
    rollout: int = 8
    replay: int = 128
    learning_rate: float = 3e-3
    max_gradient: float = 0.5
    seed: int = 0
    method: Literal["whole", "q", "ppo"] = "whole"
    network: NetworkConfig = field(default_factory=NetworkConfig)
    ppo: PPOConfig = field(default_factory=PPOConfig)
    q: QConfig = field(default_factory=QConfig)

    @property
    def iterations(self) -> int:
        """Number of iterations in `steps`, at least one."""
        return max(1, self.steps // (self.learners * self.rollout))


@dataclass(frozen=True)
class TrainingProgress:
    """Figures of one iteration. `episode_return` is the mean of the episodes that ended in it, NaN if none did."""

    iteration: int
    steps: int
    episode_return: float
    reached: float
    policy_loss: float
    value_loss: float
    q_loss: float
    kl: float
    entropy: float

    def figures(self) -> dict[str, float]:
        """Return all figures by name, for curves and logs."""
        return {name: float(value) for name, value in asdict(self).items()}


def convert_arrays(content: Any, kind: type, convert: Callable[[Any], Any]) -> Any:
    """Apply `convert` to every object of `kind` in nested dictionaries and lists."""
    if isinstance(content, kind):
        return convert(content)
    if isinstance(content, dict):
        return {name: convert_arrays(value, kind, convert) for name, value in content.items()}
    if isinstance(content, list):
        return [convert_arrays(value, kind, convert) for value in content]
    return content


class Trainer:
    """One training run. `models.rl.run` saves and loads its `state`."""

    def __init__(self, env: World, config: TrainingConfig, device: torch.device | None = None) -> None:
        self.env, self.config = env, config
        self.device = device or torch.device("cpu")
        torch.manual_seed(config.seed)
        self.network = config.network.build(env.course, self.device)
        self.target = config.network.build(env.course, self.device)
        self.target.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=config.learning_rate, eps=1e-5)
        self.replay = ReplayBuffer(config.replay, config.learners, self.device, self.network.batch_class)
        self.random = np.random.default_rng(config.seed)
        self.sampler = torch.Generator(self.device).manual_seed(config.seed)
        self.iteration = 0
        self.returns = np.zeros(config.learners, dtype=np.float64)
        env.reset(seed=config.seed)

    def start_from(self, network: PolicyNetwork) -> None:
        """Copy the parameters of a network of the same sizes, e.g. one trained by imitation."""
        for own in (self.network, self.target):
            own.load_state_dict(network.state_dict())

    @property
    def finished(self) -> bool:
        """Whether all iterations are done."""
        return self.iteration >= self.config.iterations

    def iterate(self) -> TrainingProgress:
        """Run one iteration: collect a rollout, update policy and Q, and return the figures."""
        self._anneal()
        episodes, reached = self._collect()
        losses = (
            self._learn_policy()
            if self.config.method != "q"
            else dict.fromkeys(("policy", "value", "kl", "entropy"), 0.0)
        )
        q = self._learn_q() if self.config.method != "ppo" else 0.0
        self.iteration += 1
        if self.iteration % self.config.q.target_every == 0:
            self.target.load_state_dict(self.network.state_dict())
        return TrainingProgress(
            iteration=self.iteration,
            steps=self.iteration * self.config.learners * self.config.rollout,
            episode_return=float(np.mean(episodes)) if episodes else float("nan"),
            reached=float(np.mean(reached)) if reached else float("nan"),
            policy_loss=losses["policy"],
            value_loss=losses["value"],
            q_loss=q,
            kl=losses["kl"],
            entropy=losses["entropy"],
        )

    def state(self) -> dict[str, Any]:
        """Return all state of the run, simulated learners included, so that a resumed run gives the same result.

        Tensors, numbers and text only (NumPy's arrays as tensors), so that the file is read without running code.
        """
        return {
            "network": self.network.state_dict(),
            "target": self.target.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "replay": (self.replay.columns, self.replay.count),
            "random": self.random.bit_generator.state,
            "sampler": self.sampler.get_state(),
            "returns": torch.from_numpy(self.returns.copy()),
            "iteration": self.iteration,
            "env": convert_arrays(self.env.state(), np.ndarray, torch.from_numpy),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Set the state of the run from `state()`."""
        self.network.load_state_dict(state["network"])
        self.target.load_state_dict(state["target"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.replay.columns, self.replay.count = state["replay"]
        self.random.bit_generator.state = state["random"]
        self.sampler.set_state(state["sampler"].cpu())
        self.returns = state["returns"].cpu().numpy().copy()
        self.iteration = state["iteration"]
        self.env.restore(convert_arrays(state["env"], Tensor, lambda tensor: tensor.cpu().numpy()))

    @property
    def _left(self) -> float:
        return 1 - self.iteration / self.config.iterations

    def _anneal(self) -> None:
        left = self._left
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.learning_rate * max(left, 0.05)

    def _collect(self) -> tuple[list[float], list[bool]]:
        episodes: list[float] = []
        reached_goals: list[bool] = []
        for _ in range(self.config.rollout):
            seen = self.network.batch(self.env.observe())
            with torch.no_grad():
                scores = self.network(seen)
                kept = self._kept(scores.q, seen.mask)
                logits = torch.where(kept, scores.logits, -torch.inf)
                action = self._act(scores.q, logits, seen.mask)
            chosen = seen.candidates.gather(1, action[:, None]).squeeze(1).cpu().numpy()
            reward, ended, reached = self.env.advance(chosen)
            self.replay.add(
                seen,
                kept=kept,
                action=action,
                log_prob=log_probability(logits, action),
                value=scores.value,
                reward=torch.as_tensor(reward, device=self.device),
                ended=torch.as_tensor(ended, device=self.device),
            )
            self.returns += reward
            episodes += self.returns[ended].tolist()
            reached_goals += reached[ended].tolist()
            self.returns[ended] = 0
            self.env.restart(ended)
        return episodes, reached_goals

    def _kept(self, q: Tensor, mask: Tensor) -> Tensor:
        early = self.iteration < self.config.q.warm_up * self.config.iterations
        if early or self.config.method != "whole":
            return mask
        return prune_candidates(q, mask, self.config.q.keep)

    def _act(self, q: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
        """Return actions (B,) sampled from the policy; for Q alone the best by Q with a share of random choices."""
        if self.config.method != "q":
            return torch.multinomial(torch.softmax(logits, dim=-1), 1, generator=self.sampler).squeeze(1)
        drawn = torch.multinomial(mask.float(), 1, generator=self.sampler).squeeze(1)
        left = 1 - self.iteration / self.config.iterations
        share = max(self.config.q.explore, left)
        explore = torch.rand(len(q), generator=self.sampler, device=self.device) < share
        return torch.where(explore, drawn, q.argmax(dim=1))

    def _learn_policy(self) -> dict[str, float]:
        steps, learners = self.config.rollout, self.config.learners
        slots = np.repeat(self.replay.newest(steps), learners)
        whole = self.replay.read(slots, np.tile(np.arange(learners), steps))
        with torch.no_grad():
            last = self.network(self.network.batch(self.env.observe())).value
        grid = [column.view(steps, learners) for column in (whole.reward, whole.value, whole.ended)]
        advantage = estimate_advantages(grid[0], grid[1], grid[2], last, self.config.ppo).flatten()
        returns = advantage + whole.value
        figures: dict[str, float] = {}
        for _ in range(self.config.ppo.epochs):
            order = self.random.permutation(len(slots))
            for part in np.array_split(order, max(1, len(order) // self.config.ppo.minibatch)):
                rows = self.replay.read(slots[part], part % learners).among_kept()
                figures = self._policy_step(rows, advantage[part], returns[part])
            if 0 < self.config.ppo.target_kl < figures["kl"]:
                break
        return figures

    def _policy_step(self, rows: Transitions, advantage: Tensor, returns: Tensor) -> dict[str, float]:
        config = self.config.ppo
        advised = self.config.method == "whole" and config.advice > 0
        logits, values, q = self.network.policy(rows.state, advised)
        logits = torch.where(rows.kept, logits, -torch.inf)
        log_prob = log_probability(logits, rows.action)
        normal = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        policy = policy_loss(log_prob, rows.log_prob, normal, config.clip_coef)
        value = torch.nn.functional.mse_loss(values, returns)
        randomness = entropy(logits).mean()
        if q is not None:
            policy = policy + config.advice * self._left * advised_loss(logits, q) / (advantage.std() + 1e-8)
        self._descend(policy + config.vf_coef * value - config.ent_coef * randomness)
        kl = approximate_kl(log_prob.detach(), rows.log_prob)
        return {"policy": policy.item(), "value": value.item(), "entropy": randomness.item(), "kl": kl.item()}

    def _learn_q(self) -> float:
        config, total = self.config.q, 0.0
        if self.replay.count <= config.n_step:
            return 0.0
        for _ in range(config.updates):
            slots, learners = self.replay.sample(config.batch, self.random, config.n_step)
            rows = self.replay.read(slots, learners)
            reward, ended = self.replay.rewards(slots, learners, config.n_step, config.gamma)
            following = self.replay.read((slots + config.n_step) % self.replay.length, learners)
            with torch.no_grad():
                value = self._following_value(following)
            target = td_target(reward, ended, value, config.gamma**config.n_step)
            loss = q_loss(self.network.q(rows.chosen()).squeeze(1), target)
            self._descend(loss)
            total += loss.item()
        return total / config.updates

    def _following_value(self, rows: Transitions) -> Tensor:
        """Return the states' values (M,) by the target network: of the policy, for Q alone of the best candidate."""
        seen = rows.state
        scores = self.target(seen)
        if self.config.method == "whole":
            return expected_value(scores.q, scores.logits, seen.mask)
        return best_value(scores.q, seen.mask)

    def _descend(self, loss: Tensor) -> None:
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.max_gradient)
        self.optimiser.step()
