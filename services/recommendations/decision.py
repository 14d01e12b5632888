"""Let a recommender decide for a learner: fill the slate with its n best resources, and make the rows of the log.

The recommender's choice comes first, then what it would take next. A decision that is still open is rebuilt from its
rows.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from graph.recommendations.decisions import LoggedDecision
from models.rankers.interactions import InteractionHistory
from models.recommender import Decision, Observation, Recommender, compute_expected_gain, predict_success
from services.learners.state import LearnerState
from services.recommendations.schemas import FailedStrategy, PolicyName
from services.timings import measure_time


@dataclass(frozen=True, slots=True)
class SlateItem:
    """One place of the slate.

    Attributes:
        id: of the recommendation.
        index: among the candidates; `resource`: index in the course.
        propensity: probability that it stands here, given the places before.
        gain, success: expected gain and chance of a right answer.
    """

    id: str
    index: int
    resource: int
    propensity: float
    gain: float
    success: float


@dataclass(frozen=True, eq=False)
class RecommendationDecision:
    """A decision with what it was made from.

    Attributes:
        policy: the recommender that decided.
        at: when it was made; earlier than the state where it was rebuilt from the log.
        observation: what it saw, candidates included.
        slate: empty where there was nothing to choose from.
        asked: the strategy that the caller named, if any.
        failed: strategies that were asked before and could not decide.
    """

    state: LearnerState
    policy: PolicyName
    at: datetime
    observation: Observation
    decision: Decision
    slate: list[SlateItem]
    asked: str | None = None
    failed: tuple[FailedStrategy, ...] = ()


_EMPTY = np.zeros((1, 0), dtype=np.float32)
EMPTY_DECISION = Decision(np.zeros(1, dtype=np.int64), _EMPTY, _EMPTY, _EMPTY.astype(bool))


def make_empty_decision(state: LearnerState, recommender: Recommender | None = None) -> RecommendationDecision:
    """Return the decision of a learner without candidates, or without candidates that the course in memory knows."""
    policy = _make_policy_name(recommender or state.served.recommender)
    return RecommendationDecision(state, policy, state.now, state.observation, EMPTY_DECISION, [])


def _make_policy_name(recommender: Recommender) -> PolicyName:
    return PolicyName(recommender.name, recommender.version)


@measure_time("model")
def decide_slate(
    state: LearnerState, n: int, recommender: Recommender | None = None, history: InteractionHistory | None = None
) -> RecommendationDecision:
    """Let a recommender, the course's own without one, fill up to `n` places."""
    course, recommender = state.served.course, recommender or state.served.recommender
    found = map(course.resource_index.get, state.candidates.resources)
    resources = [resource for resource in found if resource is not None]
    if not resources:
        return make_empty_decision(state, recommender)
    observation = _with_candidates(replace(state.observation, history=history), resources)
    decision = recommender.decide(observation)
    places = [_Place(f"rec-{secrets.token_hex(10)}", *each) for each in fill_slate(decision, n)]
    slate = _make_slate(state, observation, places)
    return RecommendationDecision(state, _make_policy_name(recommender), state.now, observation, decision, slate)


class _Place(NamedTuple):
    id: str
    candidate: int
    propensity: float


def _make_slate(state: LearnerState, observation: Observation, places: Sequence[_Place]) -> list[SlateItem]:
    """Return the places of a slate, with what is expected of each on the learner's state now."""
    course, resources = state.served.course, observation.candidates[0].tolist()
    seen = _with_candidates(observation, [resources[place.candidate] for place in places])
    success = predict_success(course, seen)
    gain = compute_expected_gain(course, seen, success)
    return [
        SlateItem(
            id=place.id,
            index=place.candidate,
            resource=resources[place.candidate],
            propensity=place.propensity,
            gain=float(gain[0, number]),
            success=float(success[0, number]),
        )
        for number, place in enumerate(places)
    ]


@measure_time("model")
def reopen_decision(state: LearnerState, logged: Sequence[LoggedDecision]) -> RecommendationDecision:
    """Rebuild a decision from the rows of its open places, on the learner's state now; scores are not in the log.

    The rows are of one decision and of the revision that the course in memory has.
    """
    first, index = logged[0], state.served.course.resource_index
    observation = _with_candidates(state.observation, [index[each] for each in first.candidates])
    places = [_Place(each.id, first.candidates.index(each.resource), each.propensity) for each in logged]
    decision = Decision(
        chosen=np.array([places[0].candidate]),
        propensity=np.array([first.propensities], dtype=np.float32),
        score=np.full((1, len(first.candidates)), np.nan, dtype=np.float32),
        kept=np.array([first.kept]),
        q=np.array([first.q_values], dtype=np.float32) if first.q_values else None,
    )
    slate = _make_slate(state, observation, places)
    policy = PolicyName(first.policy, first.version)
    return RecommendationDecision(state, policy, first.at, observation, decision, slate)


def _with_candidates(observation: Observation, resources: list[int]) -> Observation:
    candidates = np.array([resources], dtype=np.int64)
    return replace(observation, candidates=candidates, mask=np.ones(candidates.shape, dtype=bool))


def fill_slate(decision: Decision, n: int) -> list[tuple[int, float]]:
    """Return the first n places for a batch of one, each a candidate's index and its propensity given those before.

    The chosen candidate comes first, then the kept ones by score, then the dropped ones by Q. Places are drawn without
    replacement, so a later propensity is its share of what the earlier ones left.
    """
    chosen = int(decision.chosen[0])
    shares, left = decision.propensity[0], 1.0
    places = []
    others = [index for index in _rank_candidates(decision, n) if index != chosen]
    for index in [chosen, *others][:n]:
        share = float(shares[index])
        places.append((index, min(1.0, share / left) if left > 1e-6 else 1.0))
        left -= share
    return places


def _rank_candidates(decision: Decision, n: int) -> list[int]:
    """Return the indices of the n best candidates; columns that only pad the batch are left out."""
    if n == 1:
        return []
    score, kept = decision.score[0], decision.kept[0]
    second = decision.q[0] if decision.q is not None else score
    order = np.lexsort((-second, -score, ~kept))
    return [int(index) for index in order[np.isfinite(second[order])][:n]]


def make_log_rows(decided: RecommendationDecision) -> list[LoggedDecision]:
    """Return what the log keeps, one row a place of the slate, from which a transition can be rebuilt."""
    state, decision = decided.state, decided.decision
    learner, ids = state.candidates, state.served.course.resource_ids
    q = [] if decision.q is None else decision.q[0].tolist()
    contexts = None if decision.context is None else decision.context[0]
    candidates = [ids[resource] for resource in decided.observation.candidates[0]]
    return [
        LoggedDecision(
            id=item.id,
            learner=learner.learner,
            course=learner.course,
            at=decided.at,
            policy=decided.policy.name,
            version=decided.policy.version,
            asked=decided.asked or state.served.strategies.order[0],
            resource=ids[item.resource],
            propensity=item.propensity,
            revision=learner.revision,
            step=learner.step,
            goals=learner.goals,
            place=place,
            candidates=candidates,
            kept=decision.kept[0].tolist(),
            q_values=q,
            propensities=decision.propensity[0].tolist(),
            context=None if contexts is None else contexts[item.index].tolist(),
        )
        for place, item in enumerate(decided.slate)
    ]
