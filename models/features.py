"""What the network sees of points, resources and learners. Content and structure only, never an id: a point or resource
added to the graph this minute has features this minute.

    points      static (N, POINT)      depth, degrees, resources, thresholds
                state (B, N, STATE)    mastery, goal, days since practice, what is lacking
    resources   static (R, RESOURCE)   difficulty, minutes, kind, modality, breadth
    candidates  (B, K, CANDIDATE)      success chance, expected gain, how much of what is lacking it teaches
    learner     (B, LEARNER)           recent success, steps, how far the goal is
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.course import KINDS, MODALITIES, Course, Floats
from models.recommender import Observation

POINT = 7
STATE = 6
RESOURCE = 4 + len(KINDS) + len(MODALITIES)
CANDIDATE = 8
LEARNER = 4


@dataclass(frozen=True)
class Batch:
    """An observation as tensors. level … wanted: (B, N) float; candidates (B, K) int64; mask (B, K) bool."""

    level: Tensor
    days: Tensor
    target: Tensor
    wanted: Tensor
    candidates: Tensor
    mask: Tensor
    success: Tensor
    steps: Tensor

    @classmethod
    def of(cls, seen: Observation, device: torch.device) -> "Batch":
        """Move an observation to `device`."""
        arrays = {name: getattr(seen, name) for name in cls.__dataclass_fields__}
        arrays["wanted"] = seen.wanted.astype(np.float32)
        return cls(**{name: torch.as_tensor(array, device=device) for name, array in arrays.items()})


def point_features(course: Course) -> Floats:
    """(N, POINT) of the course's structure."""
    before, after = np.diff(course.before.indptr), np.diff(course.after.indptr)
    taught = np.asarray(course.teaches.sum(axis=0)).ravel()
    columns = [
        course.depth / max(1, course.depth.max(initial=0)),
        np.log1p(before),
        np.log1p(after),
        np.log1p(taught),
        np.log1p(np.asarray(course.after @ after[:, None]).ravel()) / 3,
        course.mastered,
        course.met,
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def resource_features(course: Course) -> Floats:
    """(R, RESOURCE) of each resource's content."""
    columns = np.stack(
        [
            course.difficulty / 3,
            np.log1p(course.minutes) / 5,
            (course.importance > 0).sum(axis=1) / 3,
            course.importance.sum(axis=1) / 2,
        ],
        axis=1,
    )
    kinds, modalities = np.eye(len(KINDS))[course.kind], np.eye(len(MODALITIES))[course.modality]
    return np.concatenate([columns, kinds, modalities], axis=1).astype(np.float32)


class Features(torch.nn.Module):
    """Static features of a course and the differentiable-free computation of the rest. No parameters."""

    points: Tensor
    resources: Tensor
    taught: Tensor
    importance: Tensor
    difficulty: Tensor
    met: Tensor

    def __init__(self, course: Course) -> None:
        super().__init__()
        arrays = {
            "points": point_features(course),
            "resources": resource_features(course),
            "taught": course.taught,
            "importance": course.importance,
            "difficulty": course.difficulty,
            "met": course.met,
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.as_tensor(np.ascontiguousarray(array)), persistent=False)
        self.rates = course.rates

    def lacking(self, seen: Batch) -> Tensor:
        """(B, N) how far a wanted point is below what the way needs: met for a prerequisite, its level for a goal."""
        need = torch.maximum(self.met.expand_as(seen.level), seen.target)
        return (need - seen.level).clamp(min=0) * seen.wanted

    def state(self, seen: Batch) -> Tensor:
        """(B, N, STATE)."""
        aimed = (seen.target > 0).float()
        days = (seen.days / 30).clamp(max=2)
        met = (seen.level >= self.met).float()
        return torch.stack([seen.level, aimed, seen.wanted, days, self.lacking(seen), met], dim=-1)

    def candidates(self, seen: Batch) -> Tensor:
        """(B, K, CANDIDATE)."""
        points, importance = self.taught[seen.candidates], self.importance[seen.candidates]

        def of_points(values: Tensor) -> Tensor:
            rows = torch.arange(len(values), device=values.device)[:, None, None]
            return values[rows, points]

        level, wanted, lacking = of_points(seen.level), of_points(seen.wanted), of_points(self.lacking(seen))
        aimed = of_points((seen.target > 0).float())
        total = importance.sum(-1).clamp(min=1e-6)
        mean = (level * importance).sum(-1) / total
        logit = 4 * (mean - 0.5) + 2 * (seen.success[:, None] - 0.5) - self.difficulty[seen.candidates]
        right = torch.sigmoid(logit)
        up, down = self.rates.gain_right * (1 - level), self.rates.gain_wrong * level
        change = importance * (right[..., None] * up - (1 - right[..., None]) * down)
        closed = torch.minimum(change, lacking)
        columns = [
            right,
            mean,
            (importance * change * wanted).sum(-1),
            4 * closed.sum(-1),
            (importance * lacking).sum(-1),
            (importance * wanted).sum(-1) / total,
            (importance * aimed).sum(-1) / total,
            4 * (closed * aimed).sum(-1),
        ]
        return torch.stack(columns, dim=-1)

    def learner(self, seen: Batch) -> Tensor:
        """(B, LEARNER)."""
        lacking = self.lacking(seen)
        columns = [
            2 * (seen.success - 0.5),
            (seen.steps / 40).clamp(max=2),
            (seen.wanted.sum(-1) / 20).clamp(max=5),
            (lacking.sum(-1) / 10).clamp(max=5),
        ]
        return torch.stack(columns, dim=-1)
