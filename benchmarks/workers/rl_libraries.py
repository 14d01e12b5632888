"""Contenders of benchmarks/training/throughput.py on the peers' side; run in their own environment.

Unlike the other workers it imports the project: the environment and the sizes of benchmarks/training/loops.py. Both
libraries get the vectorised environment through their own batched interface, so that neither pays for a Python loop
over learners that ours does not have: stable-baselines3's `VecEnv`, and torchrl's `EnvBase` with a batch dimension. An
episode that ends by length is terminal for all, as in models/rl/losses.py; neither library bootstraps there.
"""

import time
from typing import Any

import gymnasium
import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import VecEnv
from tensordict import TensorDict
from tensordict.nn import TensorDictModule
from torchrl.collectors import Collector
from torchrl.data import (
    Binary,
    Categorical,
    Composite,
    LazyTensorStorage,
    ReplayBuffer,
    SamplerWithoutReplacement,
    Unbounded,
)
from torchrl.envs import EnvBase
from torchrl.modules import MaskedCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from benchmarks.training.loops import FlatEnv, ThroughputSetting, make_mlp, run_contender

ADAM = {"eps": 1e-5, "fused": True}


class StableBaselinesEnv(VecEnv):
    """`FlatEnv` as stable-baselines3 sees vector environments."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        self.flat = FlatEnv(setting, seed)
        space = gymnasium.spaces.Box(0, 1, (self.flat.observations,), np.float32)
        super().__init__(setting.learners, space, gymnasium.spaces.Discrete(self.flat.actions))

    def reset(self):
        self._seen, self._mask = self.flat.observe()
        return self._seen

    def step_async(self, actions):
        self._actions = actions

    def step_wait(self):
        reward, ended = self.flat.step(self._actions)
        before, _ = self._seen, self.reset()
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for learner in np.flatnonzero(ended):
            infos[learner]["terminal_observation"] = before[learner]
        return self._seen, reward, ended, infos

    def env_method(self, method_name, *args, indices=None, **kwargs):
        assert method_name == "action_masks"
        return self._mask

    def has_attr(self, attr_name):
        return attr_name == "action_masks"

    def get_attr(self, attr_name, indices=None):
        return [None] * self.num_envs

    def set_attr(self, attr_name, value, indices=None):
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * self.num_envs

    def close(self):
        pass


class TimedMaskablePPO(MaskablePPO):
    """Knows how long its update took."""

    spent = 0.0

    def train(self):
        began = time.process_time()
        super().train()
        self.spent = time.process_time() - began


class StableBaselines:
    """sb3-contrib's MaskablePPO."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        ppo, env = setting.ppo, StableBaselinesEnv(setting, seed)
        self.setting = setting
        self.model = TimedMaskablePPO(
            "MlpPolicy",
            env,
            learning_rate=setting.learning_rate,
            n_steps=setting.steps,
            batch_size=ppo.minibatch,
            n_epochs=ppo.epochs,
            gamma=ppo.gamma,
            gae_lambda=ppo.lam,
            clip_range=ppo.clip_coef,
            ent_coef=ppo.ent_coef,
            vf_coef=ppo.vf_coef,
            max_grad_norm=setting.max_gradient,
            policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}, "optimizer_kwargs": ADAM},
            seed=seed,
            device="cpu",
        )

    def round(self) -> tuple[float, float]:
        began = time.process_time()
        self.model.learn(self.setting.frames, reset_num_timesteps=False)
        return time.process_time() - began - self.model.spent, self.model.spent


class TorchRLEnv(EnvBase):
    """`FlatEnv` as torchrl sees batched environments."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        super().__init__(device="cpu", batch_size=[setting.learners])
        self.flat = FlatEnv(setting, seed)
        size = setting.learners
        self.observation_spec = Composite(
            seen=Unbounded((size, self.flat.observations)),
            mask=Binary(shape=(size, self.flat.actions), dtype=torch.bool),
            shape=(size,),
        )
        self.action_spec = Categorical(self.flat.actions, shape=(size,))
        self.reward_spec = Unbounded((size, 1))
        self._look()

    def _look(self) -> dict[str, torch.Tensor]:
        seen, mask = self.flat.observe()
        self._seen = {"seen": torch.from_numpy(seen), "mask": torch.from_numpy(mask)}
        return self._seen

    def _reset(self, tensordict=None, **kwargs):
        """The ended learners are replaced already; looking again would cost torchrl what the others do not pay."""
        return TensorDict(dict(self._seen), batch_size=self.batch_size)

    def _step(self, tensordict):
        reward, ended = self.flat.step(tensordict["action"].numpy())
        outcome = {"reward": torch.from_numpy(reward)[:, None], "done": torch.from_numpy(ended)[:, None]}
        outcome["terminated"] = outcome["done"]
        return TensorDict(self._look() | outcome, batch_size=self.batch_size)

    def _set_seed(self, seed):
        pass


class TorchRL:
    """torchrl's parts put together as in its own PPO example: collector, GAE, replay buffer, ClipPPOLoss."""

    def __init__(self, setting: ThroughputSetting, seed: int) -> None:
        torch.manual_seed(seed)
        ppo, env = setting.ppo, TorchRLEnv(setting, seed)
        self.setting = setting
        logits = TensorDictModule(
            make_mlp(env.flat.observations, env.flat.actions), in_keys=["seen"], out_keys=["logits"]
        )
        actor = ProbabilisticActor(
            logits,
            in_keys=["logits", "mask"],
            distribution_class=MaskedCategorical,
            spec=env.action_spec,
            return_log_prob=True,
        )
        critic = ValueOperator(make_mlp(env.flat.observations, 1), in_keys=["seen"])
        self.advantage = GAE(gamma=ppo.gamma, lmbda=ppo.lam, value_network=critic, shifted=True)
        self.loss = ClipPPOLoss(
            actor,
            critic,
            clip_epsilon=ppo.clip_coef,
            entropy_coeff=ppo.ent_coef,
            critic_coeff=ppo.vf_coef,
            loss_critic_type="l2",
            normalize_advantage=True,
        )
        self.parameters = list(self.loss.parameters())
        self.optimiser = torch.optim.Adam(self.parameters, lr=setting.learning_rate, **ADAM)
        storage = LazyTensorStorage(setting.frames)
        self.buffer = ReplayBuffer(
            storage=storage, sampler=SamplerWithoutReplacement(), batch_size=ppo.minibatch, collate_fn=lambda rows: rows
        )
        self.collector = iter(Collector(env, actor, frames_per_batch=setting.frames, total_frames=-1))

    def round(self) -> tuple[float, float]:
        began = time.process_time()
        with torch.no_grad():
            data = self.advantage(next(self.collector))
        between = time.process_time()
        self.buffer.extend(data.reshape(-1))
        for _ in range(self.setting.ppo.epochs):
            for batch in self.buffer:
                losses = self.loss(batch)
                total = losses["loss_objective"] + losses["loss_critic"] + losses["loss_entropy"]
                self.optimiser.zero_grad()
                total.backward()
                torch.nn.utils.clip_grad_norm_(self.parameters, self.setting.max_gradient)
                self.optimiser.step()
        return between - began, time.process_time() - between


if __name__ == "__main__":
    run_contender({"sb3": StableBaselines, "torchrl": TorchRL})
