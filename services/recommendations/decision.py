"""Decide: build the recommender's observation of a learner, and fill the slate with its n best resources.

The recommender's choice comes first, then what it would take next.
"""

import secrets
from dataclasses import dataclass, replace

import numpy as np

from models.rankers.interactions import InteractionHistory
from models.recommender import Decision, Observation, Recommender, compute_expected_gain, predict_success
from services.learners.state import LearnerState, ObservedState, observe_learner
from services.timings import measure_time


@dataclass(frozen=True)
class SlatePosition:
    """One place of the slate: the candidate's position, and the probability that it stands here given those before."""

    position: int
    propensity: float


def fill_slate(decision: Decision, n: int) -> list[SlatePosition]:
    """The first n places for a batch of one: the chosen candidate, then the kept ones by score, then the dropped by Q.

    Places are drawn without replacement, so a later propensity is its share of what the earlier ones left.
    """
    chosen = int(decision.chosen[0])
    shares, left = decision.propensity[0], 1.0
    places = []
    others = [position for position in _rank_candidates(decision, n) if position != chosen]
    for position in [chosen, *others][:n]:
        share = float(shares[position])
        places.append(SlatePosition(position, min(1.0, share / left) if left > 1e-6 else 1.0))
        left -= share
    return places


def _rank_candidates(decision: Decision, n: int) -> list[int]:
    """The n best of the real candidates."""
    if n == 1:
        return []
    score, kept = decision.score[0], decision.kept[0]
    second = decision.q[0] if decision.q is not None else score
    order = np.lexsort((-second, -score, ~kept))
    return [int(position) for position in order[np.isfinite(second[order])][:n]]


_EMPTY = np.zeros((1, 0), dtype=np.float32)
EMPTY_DECISION = Decision(np.zeros(1, dtype=np.int64), _EMPTY, _EMPTY, _EMPTY.astype(bool))


@dataclass(frozen=True, slots=True)
class SlateItem:
    """One place of the slate. `position`: among the candidates; `resource`: in the course."""

    id: str
    position: int
    resource: int
    propensity: float
    gain: float
    success: float


@dataclass(frozen=True, eq=False)
class RecommendationDecision:
    """A decision with what it was made from and by whom; `choices` is empty where there was nothing to choose from.

    `handed`: strategies that were asked before and could not decide, with why.
    """

    situation: LearnerState
    recommender: Recommender
    seen: ObservedState
    decision: Decision
    choices: list[SlateItem]
    handed: tuple[tuple[str, str], ...] = ()


def make_empty_decision(
    situation: LearnerState, recommender: Recommender | None = None, seen: ObservedState | None = None
) -> RecommendationDecision:
    """Nothing to choose from, or nothing that anybody knows of."""
    served = situation.served
    seen = seen or observe_learner(served, situation.found)
    return RecommendationDecision(situation, recommender or served.recommender, seen, EMPTY_DECISION, [])


@measure_time("model")
def decide_slate(
    situation: LearnerState, n: int, recommender: Recommender | None = None, history: InteractionHistory | None = None
) -> RecommendationDecision:
    """Let a recommender, the course's own without one, fill up to `n` places."""
    course, recommender = situation.served.course, recommender or situation.served.recommender
    seen = observe_learner(situation.served, situation.found)
    found = map(course.resource_index.get, situation.found.resources)
    places = [place for place in found if place is not None]
    if not places:
        return make_empty_decision(situation, recommender, seen)
    seen = replace(seen, observation=replace(seen.observation, history=history))
    observation = _with_candidates(seen.observation, places)
    decision = recommender.decide(observation)
    filled = fill_slate(decision, n)
    chosen = _with_candidates(seen.observation, [places[place.position] for place in filled])
    success = predict_success(course, chosen)
    gain = compute_expected_gain(course, chosen, success)
    choices = [
        SlateItem(
            id=f"rec-{secrets.token_hex(10)}",
            position=place.position,
            resource=places[place.position],
            propensity=place.propensity,
            gain=float(gain[0, number]),
            success=float(success[0, number]),
        )
        for number, place in enumerate(filled)
    ]
    return RecommendationDecision(situation, recommender, replace(seen, observation=observation), decision, choices)


def _with_candidates(observation: Observation, places: list[int]) -> Observation:
    candidates = np.array([places], dtype=np.int64)
    return replace(observation, candidates=candidates, mask=np.ones(candidates.shape, dtype=bool))
