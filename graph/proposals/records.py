"""The records that miners of edges, reviewers and the graph exchange."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

PREREQUISITE, RELATED = KINDS = ("prerequisite", "related")
OPEN, ACCEPTED, REJECTED = STATUSES = ("proposed", "accepted", "rejected")


class ProposedPair(NamedTuple):
    """Which edge: a prerequisite from `before` to `after`, or a semantic edge, whose order does not count."""

    kind: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} {'→' if self.kind == PREREQUISITE else '–'} {self.after}"


@dataclass(frozen=True, slots=True)
class FoundEdge:
    """An edge found in a log or in texts.

    Attributes:
        evidence: in words, for a person.
        numbers: by the edge's properties: confidence, support, lift, pValue; or weight.
    """

    pair: ProposedPair
    evidence: str
    numbers: dict[str, float]


@dataclass(frozen=True, slots=True)
class ProposalPoint:
    """An end of a proposal."""

    id: str
    name: str
    level: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it stands, and what a person said of it.

    Attributes:
        status: proposed, accepted, rejected, or derived for a semantic edge that nobody judged.
        numbers: as in `FoundEdge`, and rejectedSupport, rejectedPValue, rejectedWeight: those of an earlier rejection.
        courses: ids, with blanks between, of the courses whose files state the edge too.
        cycle: ids of the accepted path from `after` to `before` that accepting would close to a cycle.
        implied: ids of an accepted path from `before` to `after`.
        reviewed_at: earlier than `proposed_at` where new evidence brought a rejected pair back.
    """

    kind: str
    before: ProposalPoint
    after: ProposalPoint
    source: str
    status: str
    evidence: str | None
    numbers: dict[str, float | None]
    courses: str | None
    cycle: list[str] | None
    implied: list[str] | None
    proposed_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_reason: str | None

    @property
    def pair(self) -> ProposedPair:
        """The edge."""
        return ProposedPair(self.kind, self.before.id, self.after.id)


@dataclass(frozen=True, slots=True)
class AcceptanceEffect:
    """What accepting a prerequisite would do today.

    Attributes:
        resources: active ones that teach the later point and would be gated.
        learners: of the courses that include the later point.
        open: learners for whom the later point is open now: not mastered, every prerequisite met.
        closes: of these, those who do not meet the earlier point.
    """

    resources: int
    learners: int
    open: int
    closes: int
