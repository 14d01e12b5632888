"""What a tutor remembers of B learners beyond levels: the learner model's own vector, the answers, what is left.

practice (B, N, PRACTICE)   last answer right, last answer wrong, right and wrong answers (log1p), how long ago
                            (0.8 to the answers since), whether it was the very last
memory   (B, H)             the vector of the learner model in charge, H = 0 without one
left     (B,)               steps left of the path, where its length is set
"""

from dataclasses import dataclass

import numpy as np

from models.arrays import Flags, Floats, Ints

PRACTICE = 6
FADING = 0.8


@dataclass(frozen=True, eq=False)
class Trail:
    """See the module."""

    practice: Floats
    memory: Floats
    left: Floats

    def __len__(self) -> int:
        return len(self.left)

    def __getitem__(self, rows: Ints) -> "Trail":
        """Some of the learners."""
        return Trail(self.practice[rows], self.memory[rows], self.left[rows])


def practised(practice: Floats, items: Ints, right: Flags) -> Floats:
    """`practice` (B, N, PRACTICE) after everybody answered their point `items` (B,), or did nothing where it is < 0."""
    after, rows = practice.copy(), np.flatnonzero(items >= 0)
    point, answer = items[rows], right[rows]
    after[rows, :, 4] *= FADING
    after[rows, :, 5] = 0
    after[rows, point, 0], after[rows, point, 1] = answer, ~answer
    counts = np.expm1(after[rows, point, 2:4])
    after[rows, point, 2:4] = np.log1p(counts + np.stack([answer, ~answer], axis=1))
    after[rows, point, 4:6] = 1
    return after
