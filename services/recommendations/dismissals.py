"""Dismiss a recommendation that the learner does not want, with the schemas of the API and the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from graph.recommendations.dismissals import DismissalReason, dismiss_recommendation
from services.context import AppContext
from services.schemas import RequestBody

EFFECTS: dict[DismissalReason, str] = {
    "not_now": "The resource rests for a day.",
    "too_easy": "The resource rests as after a right answer; its points are less certain, at the same level.",
    "too_hard": "The resource rests as after a right answer.",
    "known": "The resource rests as after a right answer; its points are less certain, at the same level.",
    "not_for_me": "The resource is never offered to this learner again.",
}
"""What each reason leads to, for people."""


class DismissalBody(RequestBody):
    """Why a recommendation is dismissed."""

    reason: DismissalReason = Field(
        description="not_now: its resource rests for a day. too_easy, too_hard, known: as after a right answer. "
        "too_easy, known: the estimates of what it mainly teaches become less certain, too. not_for_me: it is never "
        "offered to this learner again.",
        examples=["not_now"],
    )
    at: AwareDatetime | None = Field(default=None, description="When, with a time zone; now without it, never later.")


@dataclass(frozen=True, slots=True)
class DismissalView:
    """A dismissal as it is stored."""

    recommendation: Annotated[str, Field(examples=["rec-0d5f…"])]
    learner: str
    resource: str
    reason: DismissalReason
    at: datetime
    effect: Annotated[str, Field(description="What it leads to.", examples=["The resource rests for a day."])]
    repeated: Annotated[bool, Field(description="It was stored before; nothing changed now.")]


async def dismiss(context: AppContext, recommendation: str, sent: DismissalBody) -> DismissalView:
    """Store a dismissal, which is no answer; the same reason again changes nothing.

    Raises `NotFound`, `Conflict` for one that is answered or was dismissed for another reason, `Invalid` for a time in
    the future.
    """
    now = context.now()
    stored = await dismiss_recommendation(context.graph, recommendation, sent.reason, sent.at or now, now)
    return DismissalView(
        recommendation, stored.learner, stored.resource, sent.reason, stored.at, EFFECTS[sent.reason], stored.repeated
    )
