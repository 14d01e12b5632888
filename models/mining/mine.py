"""Proposed prerequisites from a mastery log (DESIGN §2); see docs/mining.md."""

from dataclasses import dataclass

from models.mining.contract import MasteryLog, Mined


@dataclass(frozen=True)
class Rules:
    """What is proposed.

    Attributes:
        q: false discovery rate that is aimed at, after Benjamini & Hochberg (1995).
        support: fewest learners who mastered both points, in any order; pairs below are not tested.
        lift: least lift; small effects are more often leftovers of other points than prerequisites.
        direct: whether a pair must hold up given every other proposed prerequisite of its later point.
    """

    q: float = 0.05
    support: int = 20
    lift: float = 1.5
    direct: bool = True


def mine(log: MasteryLog, rules: Rules | None = None) -> Mined:
    """The proposals that the log supports, strongest first, free of cycles; empty for a log that is too small."""
    raise NotImplementedError
