"""The variant `roles` of benchmarks/paths/course_compare.py: a resource's points weighed by a learnt function of η."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.course import Course
from models.rl.network import NetworkConfig, PolicyNetwork, Pooling


class RolesPooling(Pooling):
    """Pooling where a point's share of a candidate is softmax(a log η): η^a / Σ η^a, a ≥ 0 learnt, 1 at the start."""

    def __init__(self) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.ones(()))

    def weigh_taught(self, importance: Tensor) -> Tensor:
        """Return η^a (B, K, C), 0 where padded."""
        return importance ** self.sharpness.clamp(min=0) * (importance > 0)


@dataclass(frozen=True)
class RolesConfig(NetworkConfig):
    """The sizes of a `RolesNetwork`.

    Attributes:
        roles: always true; marks its files, which `PolicyNetwork` cannot load.
    """

    roles: bool = True

    def build(self, course: Course, device: torch.device | None = None) -> "RolesNetwork":
        """Make the network of these sizes for a course, with new parameters."""
        return RolesNetwork(course, self, device)


class RolesNetwork(PolicyNetwork):
    """A `PolicyNetwork` whose pooling learns how much η counts."""

    def _make_pooling(self) -> Pooling:
        return RolesPooling()
