"""The numbers of one step: what the recommender sees of a learner, and the places it fills."""

import secrets
from dataclasses import dataclass, replace

import numpy as np

from api.observing import Seen, observe
from api.situation import Situation
from api.slate import slate
from api.timings import measured
from models.recommender import Decision, History, Observation, Recommender, expected_gain, success_probability

_NONE = np.zeros((1, 0), dtype=np.float32)
NOTHING = Decision(np.zeros(1, dtype=np.int64), _NONE, _NONE, _NONE.astype(bool))


@dataclass(frozen=True, slots=True)
class Choice:
    """One place of the slate. `position`: among the candidates; `resource`: in the course."""

    id: str
    position: int
    resource: int
    propensity: float
    gain: float
    success: float


@dataclass(frozen=True, eq=False)
class Decided:
    """A decision with what it was made from and by whom; `choices` is empty where there was nothing to choose from.

    `handed`: strategies that were asked before and could not decide, with why.
    """

    situation: Situation
    recommender: Recommender
    seen: Seen
    decision: Decision
    choices: list[Choice]
    handed: tuple[tuple[str, str], ...] = ()


def nothing(situation: Situation, recommender: Recommender | None = None, seen: Seen | None = None) -> Decided:
    """Nothing to choose from, or nothing that anybody knows of."""
    served = situation.served
    seen = seen or observe(served, situation.found)
    return Decided(situation, recommender or served.recommender, seen, NOTHING, [])


@measured("model")
def decide(
    situation: Situation, n: int, recommender: Recommender | None = None, history: History | None = None
) -> Decided:
    """Let a recommender, the course's own without one, fill up to `n` places."""
    course, recommender = situation.served.course, recommender or situation.served.recommender
    seen = observe(situation.served, situation.found)
    found = map(course.resource_index.get, situation.found.resources)
    places = [place for place in found if place is not None]
    if not places:
        return nothing(situation, recommender, seen)
    seen = replace(seen, observation=replace(seen.observation, history=history))
    observation = _with_candidates(seen.observation, places)
    decision = recommender.decide(observation)
    filled = slate(decision, n)
    chosen = _with_candidates(seen.observation, [places[place.position] for place in filled])
    success = success_probability(course, chosen)
    gain = expected_gain(course, chosen, success)
    choices = [
        Choice(
            id=f"rec-{secrets.token_hex(10)}",
            position=place.position,
            resource=places[place.position],
            propensity=place.propensity,
            gain=float(gain[0, number]),
            success=float(success[0, number]),
        )
        for number, place in enumerate(filled)
    ]
    return Decided(situation, recommender, replace(seen, observation=observation), decision, choices)


def _with_candidates(observation: Observation, places: list[int]) -> Observation:
    candidates = np.array([places], dtype=np.int64)
    return replace(observation, candidates=candidates, mask=np.ones(candidates.shape, dtype=bool))
