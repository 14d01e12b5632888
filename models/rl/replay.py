"""The replay buffer of both heads: a ring of T time steps of B learners.

The state after step t is the state of step t + 1 of the same learner, so no state is stored twice. PPO reads the
newest rows in order with the log-probabilities stored when acting, Q-learning samples all of them.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.arrays import Ints
from models.rl.features import ObservationBatch


@dataclass(frozen=True)
class Transitions:
    """Rows of the buffer, flat (M, …): states with their candidates, choices and their results.

    kept (M, K): the candidates the policy chose among; action (M,): index among the candidates.
    """

    state: ObservationBatch
    kept: Tensor
    action: Tensor
    log_prob: Tensor
    value: Tensor
    reward: Tensor
    ended: Tensor

    def among_kept(self) -> "Transitions":
        """Return the transitions without the candidates that pruning dropped: equal log-probabilities, less work."""
        width = max(1, int(self.kept.sum(dim=1).max()))
        indices = self.kept.int().argsort(dim=1, descending=True, stable=True)[:, :width]
        action = (indices == self.action[:, None]).int().argmax(dim=1)
        return replace(self, state=self._at(indices), kept=self.kept.gather(1, indices), action=action)

    def chosen(self) -> ObservationBatch:
        """Return the states with the chosen candidate alone, K = 1."""
        return self._at(self.action[:, None])

    def _at(self, indices: Tensor) -> ObservationBatch:
        state = self.state
        return replace(state, candidates=state.candidates.gather(1, indices), mask=state.mask.gather(1, indices))


class ReplayBuffer:
    """A ring of `length` steps of `size` learners, on `device`; states are batches of the class `batch`."""

    def __init__(
        self, length: int, size: int, device: torch.device, batch: type[ObservationBatch] = ObservationBatch
    ) -> None:
        self.length, self.size, self.device, self.batch = length, size, device, batch
        self.columns: dict[str, Tensor] = {}
        self.count = 0

    def add(self, seen: ObservationBatch, **outcome: Tensor) -> None:
        """Append one time step: the states, and kept, action, log_prob, value, reward, ended, each (B, …)."""
        row = vars(seen) | outcome
        slot = self.count % self.length
        for name, values in row.items():
            column = self._column(name, values)
            lack = column.shape[2] - values.shape[1] if values.dim() == 2 else 0
            column[slot] = torch.nn.functional.pad(values, (0, lack)) if lack else values
        self.count += 1

    def newest(self, steps: int) -> Ints:
        """Return the slots of the last `steps` time steps, oldest first."""
        return np.arange(self.count - steps, self.count) % self.length

    def sample(self, amount: int, generator: np.random.Generator, steps: int = 1) -> tuple[Ints, Ints]:
        """Draw `amount` random pairs (slot, learner) whose state `steps` later is stored too."""
        held = min(self.count, self.length)
        age = generator.integers(steps, held, amount)
        return (self.count - 1 - age) % self.length, generator.integers(0, self.size, amount)

    def read(self, slots: Ints, learners: Ints) -> Transitions:
        """Return the transitions at (slot, learner), each (M,)."""
        got = {name: column[slots, learners] for name, column in self.columns.items()}
        width = max(1, int(got["mask"].sum(dim=1).max()))
        for name in ("candidates", "mask", "kept"):
            got[name] = got[name][:, :width]
        state = self.batch(**{name: got.pop(name) for name in self.batch.__dataclass_fields__})
        return Transitions(state=state, **got)

    def rewards(self, slots: Ints, learners: Ints, steps: int, gamma: float) -> tuple[Tensor, Tensor]:
        """Return Σ_{k<n} γ^k r_k up to the episode's end, and whether it ended within n = `steps`, each (M,)."""
        total = torch.zeros(len(slots), device=self.device)
        ended = torch.zeros(len(slots), dtype=torch.bool, device=self.device)
        for step in range(steps):
            at = (slots + step) % self.length
            total += gamma**step * self.columns["reward"][at, learners] * ~ended
            ended |= self.columns["ended"][at, learners]
        return total, ended

    def _column(self, name: str, values: Tensor) -> Tensor:
        """Return the stored column, created or widened to hold `values`."""
        old = self.columns.get(name)
        shape = (self.length, *values.shape)
        if old is None or (values.dim() == 2 and old.shape[2] < values.shape[1]):
            new = torch.zeros(shape, dtype=values.dtype, device=self.device)
            if old is not None:
                new[:, :, : old.shape[2]] = old
            self.columns[name] = new
        return self.columns[name]
