"""What simulated learners did lately, as recommenders see it: a short queue for each."""

import numpy as np

from graph.practice import RECENT
from models.arrays import Flags, Floats, Ints
from models.rankers.log import LONGEST, NOTHING, History


def running_share(success: Floats, right: Flags) -> Floats:
    """The running share of right answers after one more, (B,); for one learner, `graph.practice.running_share`."""
    return success + (right - success) * np.float32(RECENT)


class Recent:
    """The latest events of B learners, the last in the last column; the arrays are (B, LONGEST)."""

    def __init__(self, learners: int) -> None:
        self.item = np.full((learners, LONGEST), NOTHING)
        self.at, self.right = (np.zeros((learners, LONGEST), dtype=np.float32) for _ in range(2))

    def add(self, item: Ints, at: Floats, right: Flags) -> None:
        """One more event of each learner, (B,); the oldest is forgotten."""
        for array, value in ((self.item, item), (self.at, at), (self.right, right)):
            array[:, :-1] = array[:, 1:]
            array[:, -1] = value

    def forget(self, who: Ints) -> None:
        """Some learners are new."""
        self.item[who] = NOTHING

    def bring(self, who: Ints, item: Ints, right: Flags) -> None:
        """Some learners come with a past (n, T), oldest first, NOTHING where there is none; it ended just before 0."""
        order = np.argsort(item >= 0, axis=1, kind="stable")[:, -LONGEST:]
        width = order.shape[1]
        self.forget(who)
        self.item[who, LONGEST - width :] = np.take_along_axis(item, order, axis=1)
        self.right[who, LONGEST - width :] = np.take_along_axis(right, order, axis=1)
        self.at[who] = np.arange(-LONGEST, 0)

    def history(self, clock: Floats) -> History:
        """Seen at `clock` (B,) days."""
        there = self.item >= 0
        days = np.where(there, clock[:, None] - self.at, 0).astype(np.float32)
        return History(self.item.copy(), days, np.where(there, self.right, np.nan).astype(np.float32))

    def state(self) -> dict[str, Floats | Ints]:
        """Copies of the arrays."""
        return {name: array.copy() for name, array in vars(self).items()}

    def restore(self, state: dict[str, Floats | Ints]) -> None:
        """Go on from `state`."""
        vars(self).update({name: array.copy() for name, array in state.items()})
