"""Moments: always with a time zone on the way in, always UTC on the way out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from graph.errors import Invalid

CLOCK_SKEW = timedelta(seconds=5)
"""How far another machine's clock may be ahead of ours before its time counts as the future."""


def utc(value: datetime, field: str = "now") -> datetime:
    """The moment in UTC; `Invalid` without a time zone, which Neo4j would compare with nothing."""
    if value.tzinfo is None:
        raise Invalid(f"{field} needs a time zone, e.g. 2026-01-15T12:00:00Z.", field)
    return value.astimezone(UTC)


def past(value: datetime, now: datetime, field: str) -> datetime:
    """The moment in UTC, no later than now; `Invalid` when it lies in the future."""
    moment = utc(value, field)
    if moment > now + CLOCK_SKEW:
        raise Invalid(f"{field} is {moment.isoformat()}, which is in the future.", field)
    return min(moment, now)


def moment(value: Any) -> datetime:
    """A driver's date and time as Python's, in UTC."""
    native: datetime = value.to_native()
    return native.astimezone(UTC)


def moment_or_none(value: Any) -> datetime | None:
    """Like `moment`, where the property may be missing."""
    return None if value is None else moment(value)
