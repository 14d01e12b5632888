"""Input features of the policy network for points, resources and learners.

Content and structure only, never an id, so that newly added points and resources have features.

    points      static (N, POINT_WIDTH)      depth, degrees, resources, thresholds
                state (B, N, STATE_WIDTH)    mastery, goal, days since practice, lacking level
    resources   static (R, RESOURCE_WIDTH)   difficulty, minutes, kind, modality, breadth
    candidates  (B, K, CANDIDATE_WIDTH)      success probability, expected gain, share of the lacking level it teaches
    learner     (B, LEARNER_WIDTH)           recent success, steps, distance of the goal
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from models.arrays import Flags, Floats
from models.course import MODALITIES, RESOURCE_KINDS, Course
from models.recommender import PERIPHERAL_IMPORTANCE, Observation

POINT_WIDTH = 7
STATE_WIDTH = 7
RESOURCE_WIDTH = 4 + len(RESOURCE_KINDS) + len(MODALITIES)
CANDIDATE_WIDTH = 11
LEARNER_WIDTH = 6

ONE = np.float32(1)


@dataclass(frozen=True)
class ObservationBatch:
    """An observation as tensors or arrays. level … needed: (B, N) float; candidates (B, K) int64; mask (B, K) bool."""

    level: Any
    days: Any
    target: Any
    wanted: Any
    needed: Any
    candidates: Any
    mask: Any
    success: Any
    steps: Any

    @classmethod
    def of(cls, seen: Observation, device: torch.device | None, needed: Flags | None = None) -> Self:
        """Convert an observation to tensors on `device`, or to NumPy's arrays without one.

        needed: (B, N), see `models.recommender.find_needed_points`; `seen.wanted` if not given.
        """
        arrays = {name: getattr(seen, name) for name in cls.__dataclass_fields__ if name != "needed"}
        arrays["wanted"] = seen.wanted.astype(np.float32)
        arrays["needed"] = (seen.wanted if needed is None else needed).astype(np.float32)
        if device is None:
            return cls(**arrays)
        return cls(**{name: torch.as_tensor(array, device=device) for name, array in arrays.items()})

    def take(self, rows: Any) -> Self:
        """Return the learners `rows`, in this order."""
        return type(self)(**{name: value[rows] for name, value in vars(self).items()})


def compute_point_features(course: Course) -> Floats:
    """Return the features of the points from the course's structure, (N, POINT_WIDTH)."""
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


def compute_resource_features(course: Course) -> Floats:
    """Return the features of the resources from their content, (R, RESOURCE_WIDTH)."""
    columns = np.stack(
        [
            course.difficulty / 3,
            np.log1p(course.minutes) / 5,
            (course.importance > 0).sum(axis=1) / 3,
            course.importance.sum(axis=1) / 2,
        ],
        axis=1,
    )
    kinds, modalities = np.eye(len(RESOURCE_KINDS))[course.kind], np.eye(len(MODALITIES))[course.modality]
    return np.concatenate([columns, kinds, modalities], axis=1).astype(np.float32)


class Features:
    """Static features of a course, and functions that compute the features of an observation; without parameters.

    With a `device` the arrays are torch tensors; without one they are NumPy arrays, as is the `ObservationBatch`. Code
    and numbers are the same; for one learner NumPy takes half the time of torch.

    Attributes:
        state_width, learner_width: columns of `state` and `learner`.
    """

    state_width, learner_width = STATE_WIDTH, LEARNER_WIDTH

    def __init__(self, course: Course, device: torch.device | None = None) -> None:
        self._library: Any = np if device is None else torch
        self.points: Any = self._array(compute_point_features(course), device)
        self.resources: Any = self._array(compute_resource_features(course), device)
        self.taught: Any = self._array(course.taught, device)
        self.importance: Any = self._array(course.importance, device)
        self.difficulty: Any = self._array(course.difficulty, device)
        self.met: Any = self._array(course.met, device)
        self.rates = course.rates

    def _array(self, values: Any, device: torch.device | None) -> Any:
        return (
            np.ascontiguousarray(values) if device is None else torch.as_tensor(np.ascontiguousarray(values)).to(device)
        )

    def lacking(self, seen: ObservationBatch) -> Any:
        """Return how far each wanted point is below the needed level, (B, N): `met`, or its target for a goal point."""
        return (self._library.maximum(self.met, seen.target) - seen.level).clip(0) * seen.wanted

    def state(self, seen: ObservationBatch) -> Any:
        """Return the state features of the points, (B, N, STATE_WIDTH)."""
        aimed = ONE * (seen.target > 0)
        days = (seen.days / self.rates.forget_after_days).clip(max=2)
        met = ONE * (seen.level >= self.met)
        columns = [seen.level, aimed, seen.wanted, days, self.lacking(seen), met, seen.needed]
        return self._library.stack(columns, -1)

    def candidates(self, seen: ObservationBatch) -> Any:
        """Return the features of the candidates, (B, K, CANDIDATE_WIDTH)."""
        points, importance = self.taught[seen.candidates], self.importance[seen.candidates]
        rows = self._library.arange(len(seen.level))[:, None, None]
        level, wanted, lacking = seen.level[rows, points], seen.wanted[rows, points], self.lacking(seen)[rows, points]
        aimed, needed = ONE * (seen.target[rows, points] > 0), seen.needed[rows, points]
        total = importance.sum(-1).clip(1e-6)
        mean = (level * importance).sum(-1) / total
        logit = 4 * (mean - 0.5) + 2 * (seen.success[:, None] - 0.5) - self.difficulty[seen.candidates]
        right = 1 / (1 + self._library.exp(-logit))
        up, down = self.rates.gain_right * (1 - level), self.rates.gain_wrong * level
        change = importance * (right[..., None] * up - (1 - right[..., None]) * down)
        closed = self._library.minimum(change, lacking)
        columns = [
            right,
            mean,
            (importance * change * wanted).sum(-1),
            4 * closed.sum(-1),
            (importance * lacking).sum(-1),
            (importance * wanted).sum(-1) / total,
            (importance * aimed).sum(-1) / total,
            4 * (closed * aimed).sum(-1),
            (importance * change * needed).sum(-1),
            4 * (closed * needed).sum(-1),
            ONE * (importance * needed > PERIPHERAL_IMPORTANCE).any(-1),
        ]
        return self._library.stack(columns, -1)

    def learner(self, seen: ObservationBatch) -> Any:
        """Return the features of the learners, (B, LEARNER_WIDTH)."""
        lacking = self.lacking(seen)
        columns = [
            2 * (seen.success - 0.5),
            (seen.steps / 40).clip(max=2),
            (seen.wanted.sum(-1) / 20).clip(max=5),
            (lacking.sum(-1) / 10).clip(max=5),
            (seen.needed.sum(-1) / 10).clip(max=5),
            ((seen.needed * lacking).sum(-1) / 5).clip(max=5),
        ]
        return self._library.stack(columns, -1)


def compute_prior_logits(candidates: Any) -> Any:
    """Return the logits of the rule that a policy starts from, (…, K).

    candidates: (…, K, F), of which the last CANDIDATE_WIDTH columns are `Features.candidates`. Resources that teach a
    needed point have the greatest logits, then those of larger expected gain: the strategy `needed` as a softmax.
    """
    return 4 * candidates[..., -1] + 12 * candidates[..., 2 - CANDIDATE_WIDTH]
