"""The n best of a decision: the policy's choice first, then what it would take next."""

from dataclasses import dataclass

import numpy as np

from models.recommender import Decision


@dataclass(frozen=True)
class Place:
    """One place of the slate: the candidate's position, and the probability that it stands here given those before."""

    position: int
    propensity: float


def slate(decision: Decision, n: int) -> list[Place]:
    """The first n places for a batch of one: the chosen candidate, then the kept ones by score, then the dropped by Q.

    Places are drawn without replacement, so a later propensity is its share of what the earlier ones left.
    """
    chosen = int(decision.chosen[0])
    shares, left = decision.propensity[0], 1.0
    places = []
    others = [position for position in _order(decision, n) if position != chosen]
    for position in [chosen, *others][:n]:
        share = float(shares[position])
        places.append(Place(position, min(1.0, share / left) if left > 1e-6 else 1.0))
        left -= share
    return places


def _order(decision: Decision, n: int) -> list[int]:
    """The n best of the real candidates."""
    if n == 1:
        return []
    score, kept = decision.score[0], decision.kept[0]
    second = decision.q[0] if decision.q is not None else score
    order = np.lexsort((-second, -score, ~kept))
    return [int(position) for position in order[np.isfinite(second[order])][:n]]
