"""The policy network of practice worlds, with the answers, the learner model's vector and the steps left as inputs.

For `models.simulation.practice.PracticeWorld`, where a path has a set length and the course stays the same. A served
course has neither, so its network (`models.rl.network`) has none of these inputs.

    points      state (B, N, STATE_WIDTH + PRACTICE_WIDTH)
    learner     (B, LEARNER_WIDTH + LEFT_WIDTH + H)
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.course import Course
from models.rl.features import LEARNER_WIDTH, POINT_WIDTH, STATE_WIDTH, Features, ObservationBatch
from models.rl.network import Encoder, NetworkConfig, PolicyNetwork, Pooling
from models.simulation.practice import PRACTICE_WIDTH

LEFT_WIDTH = 2


@dataclass(frozen=True)
class PracticeBatch(ObservationBatch):
    """A `PracticeObservation` as tensors or arrays: practice (B, N, PRACTICE_WIDTH), memory (B, H), left (B,)."""

    practice: Any
    memory: Any
    left: Any


class PracticeFeatures(Features):
    """Features with the answers, the first `memory` numbers of the learner model's vector and the steps left."""

    def __init__(self, course: Course, device: torch.device | None = None, memory: int = 0) -> None:
        super().__init__(course, device)
        self.memory = memory
        self.state_width, self.learner_width = STATE_WIDTH + PRACTICE_WIDTH, LEARNER_WIDTH + LEFT_WIDTH + memory

    def state(self, seen: ObservationBatch) -> Any:
        """Return the state features of the points, (B, N, STATE_WIDTH + PRACTICE_WIDTH)."""
        assert isinstance(seen, PracticeBatch)
        return self._library.concatenate([super().state(seen), seen.practice], -1)

    def learner(self, seen: ObservationBatch) -> Any:
        """Return the features of the learners, (B, LEARNER_WIDTH + LEFT_WIDTH + H)."""
        assert isinstance(seen, PracticeBatch)
        left = self._library.stack([seen.left / 30, (seen.left / 10).clip(max=1)], -1)
        return self._library.concatenate([super().learner(seen), left, seen.memory[:, : self.memory]], -1)


class PracticePooling(Pooling):
    """Pooling with the last practised point as the learner's third mean."""

    means = 3

    def weigh(self, features: Features, seen: ObservationBatch) -> list[Tensor]:
        """Return the weights (B, N) of the points in each of the learner's means."""
        assert isinstance(seen, PracticeBatch)
        return [*super().weigh(features, seen), seen.practice[..., -1]]


@dataclass(frozen=True)
class PracticeNetworkConfig(NetworkConfig):
    """Sizes and inputs of the network.

    Attributes:
        trail: whether answers, the learner model's vector and steps left are inputs.
        memory: H, how many numbers of the learner model's vector are inputs.
        identity: width of an embedding learnt for each point of this one course, 0 for none.
    """

    trail: bool = False
    memory: int = 0
    identity: int = 0

    def build(self, course: Course, device: torch.device | None = None) -> "PracticeNetwork":
        """Make the network of these sizes for a course, with new parameters."""
        return PracticeNetwork(course, self, device)


class PracticeNetwork(PolicyNetwork):
    """A `PolicyNetwork` for practice worlds; with `identity` > 0 the shape of its parameters depends on N."""

    config: PracticeNetworkConfig
    identity: nn.Parameter | None

    @property
    def batch_class(self) -> type[ObservationBatch]:  # type: ignore[override]
        """Class of the network's input."""
        return PracticeBatch if self.config.trail else ObservationBatch

    def _make_features(self, device: torch.device) -> Features:
        if not self.config.trail:
            return super()._make_features(device)
        return PracticeFeatures(self.course, device, self.config.memory)

    def _make_encoder(self) -> Encoder:
        config = self.config
        encoder = Encoder(POINT_WIDTH + config.identity, self.features.state_width, config.width, config.layers)
        shape = (self.course.points, config.identity)
        self.identity = nn.Parameter(torch.randn(shape) / 2) if config.identity else None
        return encoder

    def _make_pooling(self) -> Pooling:
        return PracticePooling() if self.config.trail else Pooling()

    def static(self) -> Tensor:
        """Return the static features of the points and their identities, (N, POINT_WIDTH + identity)."""
        points = super().static()
        return points if self.identity is None else torch.cat([points, self.identity], dim=-1)
