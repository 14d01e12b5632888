"""Our contenders of benchmarks/training/throughput.py: masked environment, plain PPO on an MLP, whole trainer.

The loop uses the functions of models/rl/losses.py and nothing else, with the network, sizes and number of updates of
the peers: two separate MLPs of 2 × 64 for policy and value, Adam, gradient clipping. `run_contender` runs a contender
in a process of its own and times one round for each line of input, so that rounds of all contenders can alternate.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.allocator import keep_freed_memory
from models.course import Course, Thresholds
from models.rl.losses import PPOConfig, entropy, estimate_advantages, log_probability, policy_loss
from models.rl.trainer import Trainer, TrainingConfig
from models.simulation.environment import LearnerVectorEnv


@dataclass(frozen=True)
class ThroughputSetting:
    """The same for every contender. points, copies: of the course; learners: parallel environments; steps: of each
    learner a rollout; ppo: discounts, clipping, epochs and minibatch.
    """

    points: int = 40
    copies: int = 3
    learners: int = 128
    steps: int = 64
    learning_rate: float = 3e-4
    max_gradient: float = 0.5
    ppo: PPOConfig = field(default_factory=lambda: PPOConfig(epochs=4, minibatch=256, target_kl=0.0, ent_coef=0.01))

    @property
    def frames(self) -> int:
        """Environment steps of one round."""
        return self.learners * self.steps


class FlatEnv:
    """The simulator flattened for an MLP: level and target (B, 2N), the mask (B, R) apart. Cheap, and equal for all."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        self.env = LearnerVectorEnv(make_synthetic_course(setting.points, setting.copies), setting.learners)
        self.env.reset(seed=seed)
        self.observations, self.actions = 2 * setting.points, setting.points * setting.copies

    def observe(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What is known and what may be done."""
        level = self.env.current()
        return np.concatenate([level, self.env.target], axis=1), self.env.allowed(level)

    def step(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Reward and end of episode, (B,) each; the ended are replaced."""
        reward, ended, _ = self.env.advance(actions)
        self.env.restart(ended)
        return reward, ended


class Contender(Protocol):
    """One library's training, ready to go on round after round."""

    def round(self) -> tuple[float, float]:
        """Collect `frames` steps and learn from them; CPU seconds of each half."""
        ...


def make_synthetic_course(points: int, copies: int, seed: int = 0) -> Course:
    """An acyclic course: up to two prerequisites a point, `copies` resources each, every third with a second point."""
    draw = np.random.default_rng(seed)
    edges = {(int(draw.integers(max(0, k - 6), k)), k) for k in range(1, points) for _ in range(draw.integers(0, 3))}
    main = np.tile(np.arange(points), copies)
    second = np.maximum(main - draw.integers(1, 6, len(main)), 0)
    helping = 0.6 * ((draw.random(len(main)) < 0.3) & (second != main))
    size = len(main)
    return Course(
        id="synthetic",
        point_ids=[f"p{point}" for point in range(points)],
        resource_ids=[f"r{row}" for row in range(size)],
        prerequisites=np.array(sorted(edges), dtype=np.int64),
        related=np.zeros((0, 2), dtype=np.int64),
        related_weight=np.zeros(0, dtype=np.float32),
        taught=np.stack([main, second], axis=1),
        importance=np.stack([np.ones(size), helping], axis=1).astype(np.float32),
        mastered=np.full(points, 0.8, dtype=np.float32),
        met=np.full(points, 0.6, dtype=np.float32),
        difficulty=draw.normal(0, 0.8, size).astype(np.float32),
        minutes=np.full(size, 10, dtype=np.float32),
        kind=draw.integers(0, 5, size),
        modality=np.zeros(size, dtype=np.int64),
        thresholds=Thresholds(repeat_after_days=2),
    )


def make_mlp(inputs: int, outputs: int) -> nn.Sequential:
    """2 × 64 with tanh, what both peers use by default."""
    return nn.Sequential(nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs))


class PlainPPO:
    """models/rl/losses.py in a loop."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        torch.manual_seed(seed)
        self.setting, self.flat = setting, FlatEnv(setting, seed)
        observations, actions = self.flat.observations, self.flat.actions
        self.policy, self.value = make_mlp(observations, actions), make_mlp(observations, 1)
        self.parameters = [*self.policy.parameters(), *self.value.parameters()]
        self.optimiser = torch.optim.Adam(self.parameters, lr=setting.learning_rate, eps=1e-5, fused=True)
        rows = (setting.steps, setting.learners)
        self.seen, self.mask = torch.empty(*rows, observations), torch.empty(*rows, actions).bool()
        self.action = torch.empty(rows, dtype=torch.int64)
        self.log_prob, self.reward, self.ended = torch.empty(rows), torch.empty(rows), torch.empty(rows).bool()

    def round(self) -> tuple[float, float]:
        """Collect and learn."""
        began = time.process_time()
        with torch.no_grad():
            self.collect()
            advantage, returns = self.judge()
        between = time.process_time()
        for _ in range(self.setting.ppo.epochs):
            for part in torch.split(torch.randperm(self.setting.frames), self.setting.ppo.minibatch):
                self.learn(part, advantage, returns)
        return between - began, time.process_time() - between

    def collect(self) -> None:
        """`steps` choices of every learner."""
        for t in range(self.setting.steps):
            seen, mask = self.flat.observe()
            self.seen[t], self.mask[t] = torch.from_numpy(seen), torch.from_numpy(mask)
            logits = self.policy(self.seen[t]).masked_fill(~self.mask[t], -torch.inf)
            self.action[t] = torch.multinomial(torch.softmax(logits, dim=-1), 1).squeeze(1)
            self.log_prob[t] = log_probability(logits, self.action[t])
            reward, ended = self.flat.step(self.action[t].numpy())
            self.reward[t], self.ended[t] = torch.from_numpy(reward), torch.from_numpy(ended)

    def judge(self) -> tuple[Tensor, Tensor]:
        """Advantages and returns, flat; all states are valued in one pass."""
        last = torch.from_numpy(self.flat.observe()[0])
        value = self.value(torch.cat([self.seen, last[None]])).squeeze(-1)
        advantage = estimate_advantages(self.reward, value[:-1], self.ended, value[-1], self.setting.ppo)
        return advantage.flatten(), (advantage + value[:-1]).flatten()

    def learn(self, part: Tensor, advantage: Tensor, returns: Tensor) -> None:
        """One step down the gradient."""
        config = self.setting.ppo
        columns = (self.seen, self.mask, self.action, self.log_prob)
        seen, mask, action, old = (column.flatten(0, 1)[part] for column in columns)
        logits = self.policy(seen).masked_fill(~mask, -torch.inf)
        normal = advantage[part]
        normal = (normal - normal.mean()) / (normal.std() + 1e-8)
        loss = policy_loss(log_probability(logits, action), old, normal, config.clip_coef)
        loss = loss + config.vf_coef * nn.functional.mse_loss(self.value(seen).squeeze(-1), returns[part])
        loss = loss - config.ent_coef * entropy(logits).mean()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, self.setting.max_gradient)
        self.optimiser.step()


class WholeTrainer:
    """models/rl/trainer.py as `lodestar train` runs it: graph network, both heads, replay. Its own sizes."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        keep_freed_memory()
        config = TrainingConfig(seed=seed, steps=10_000_000)
        course = make_synthetic_course(setting.points, setting.copies)
        self.trainer = Trainer(LearnerVectorEnv(course, config.learners), config)
        self.iterations = setting.frames // (config.learners * config.rollout)

    def round(self) -> tuple[float, float]:
        """As many answers as the others' round; the halves are not told apart."""
        began = time.process_time()
        for _ in range(self.iterations):
            self.trainer.iterate()
        return 0.0, time.process_time() - began


def run_contender(contenders: dict[str, Callable[[ThroughputSetting, int], Contender]]) -> None:
    """Child process: make the contender named on the command line, then time a round for each line of input."""
    torch.set_num_threads(1)
    contender = contenders[sys.argv[1]](ThroughputSetting(), int(sys.argv[2]))
    for _ in sys.stdin:
        began = time.perf_counter()
        rollout, update = contender.round()
        line = {"wall": time.perf_counter() - began, "rollout": rollout, "update": update}
        print("RESULT " + json.dumps(line), flush=True)


if __name__ == "__main__":
    run_contender({"lodestar": PlainPPO, "graph": WholeTrainer})
