"""Outcomes in and out: what callers send, and what it did."""

import secrets

from api import outcomes
from api.loop import Loop
from api.requests import Outcome
from api.views import OutcomeView, Rise
from graph import practice


async def report(loop: Loop, sent: list[Outcome]) -> list[OutcomeView]:
    """Store outcomes in this order, all or none; see `api.outcomes.record`."""
    recorded = await outcomes.record(loop, [_stored(loop, outcome) for outcome in sent])
    return [_view(loop, each) for each in recorded]


def _stored(loop: Loop, outcome: Outcome) -> practice.Outcome:
    return practice.Outcome(
        id=outcome.id or f"out-{secrets.token_hex(10)}",
        learner=outcome.learner,
        right=outcome.right,
        at=outcome.at or loop.now(),
        recommendation=outcome.recommendation,
        resource=outcome.resource,
        item=outcome.item,
        minutes=outcome.minutes,
    )


def _view(loop: Loop, recorded: practice.Recorded) -> OutcomeView:
    names = loop.courses.point_name
    changes = [
        Rise(rise.point, names(rise.point), round(rise.before, 4), round(rise.after, 4)) for rise in recorded.changes
    ]
    return OutcomeView(
        recorded.outcome, recorded.learner, recorded.step, round(recorded.reward, 4), changes, recorded.repeated
    )
