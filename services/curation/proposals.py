"""List and review proposed edges, with the schemas of the API and the command line."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from graph.connection import Graph
from graph.proposals import reader
from graph.proposals.reader import ProposalFilter
from graph.proposals.records import PREREQUISITE, AcceptanceEffect, Proposal, ProposalPoint, ProposedPair
from graph.proposals.store import decide_proposal
from graph.revisions.record import Attribution
from services.schemas import RequestBody

ProposalKind = Literal["prerequisite", "related"]
ProposalStatus = Literal["proposed", "accepted", "rejected"]
ReviewTextField = Annotated[str | None, Field(description="What a person wrote.")]
PointChainField = Annotated[list[str] | None, Field(examples=[["english/a", "english/b"]])]


class ReviewBody(RequestBody):
    """Who decides which proposal, and why."""

    kind: ProposalKind = Field(
        "prerequisite", description="What the edge says; the two ends of a related pair may swap."
    )
    before: str = Field(description="The earlier point.", examples=["english/present-simple-be"])
    after: str = Field(description="The later point.", examples=["english/yes-no-questions-be"])
    by: str = Field(min_length=1, max_length=200, pattern=r"\S", description="Who decides.", examples=["ana"])
    why: str = Field("", max_length=2000, description="A reason that others can read.")


@dataclass(frozen=True, slots=True)
class ProposedPoint:
    """One end of a proposal."""

    id: Annotated[str, Field(examples=["english/present-simple-be"])]
    name: str
    level: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for it; numbers that do not apply are null."""

    text: Annotated[str | None, Field(description="In words.")]
    support: Annotated[float | None, Field(description="Learners who mastered both, the earlier one first.")]
    confidence: Annotated[float | None, Field(description="Their share of those who mastered both.")]
    lift: Annotated[float | None, Field(description="How much the earlier raises the chance of the later.")]
    p_value: Annotated[float | None, Field(description="Corrected for all pairs that were tested.")]
    weight: Annotated[float | None, Field(description="Of a related pair.")]


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of it. Of an open proposal: what was said before new evidence came, or it was reopened.

    `support`, `p_value` and `weight` are those that were rejected.
    """

    by: str | None
    at: datetime | None
    why: ReviewTextField
    support: float | None
    p_value: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposed edge and what became of it."""

    kind: ProposalKind
    before: ProposedPoint
    after: ProposedPoint
    status: Annotated[str, Field(description="proposed, accepted, rejected; derived: nobody judged it.")]
    source: Annotated[str, Field(description="mined (logs), text, expert or derived.")]
    proposed_at: datetime | None
    evidence: Evidence
    review: Annotated[Review | None, Field(description="Null where nobody said anything yet.")]
    cycle: Annotated[
        PointChainField, Field(description="Accepting would close this cycle of prerequisites; null: it would not.")
    ]
    implied: Annotated[
        PointChainField, Field(description="Accepted prerequisites that say the same already, on a longer way.")
    ]


@dataclass(frozen=True, slots=True)
class ProposalViews:
    """Proposals of a course: open ones strongest first, then decided ones, the latest first."""

    course: str
    total: Annotated[int, Field(description="How many there are; `offset` pages on.")]
    proposals: list[ProposalView]


@dataclass(frozen=True, slots=True)
class EffectView:
    """What accepting would do today."""

    resources: Annotated[int, Field(description="Active resources of the later point, which would be gated.")]
    learners: Annotated[int, Field(description="Learners of courses that include the later point.")]
    open: Annotated[int, Field(description="Learners for whom the later point is open now.")]
    closes: Annotated[int, Field(description="Of these, learners for whom it would close.")]


@dataclass(frozen=True, slots=True)
class ProposalDetail:
    """A proposal, and what accepting it would do; the effect of related pairs is null."""

    proposal: ProposalView
    effect: EffectView | None


@dataclass(frozen=True, slots=True)
class ReviewedProposal:
    """The proposal as it stands now, and the revision that says so."""

    revision: int
    proposal: ProposalView


def make_proposal_view(found: Proposal) -> ProposalView:
    """A proposal as the API shows it."""
    number = found.numbers.get
    cycle = [*found.cycle, found.cycle[0]] if found.cycle and found.status != "accepted" else None
    return ProposalView(
        kind="related" if found.kind == "related" else "prerequisite",
        before=_make_point(found.before),
        after=_make_point(found.after),
        status=found.status,
        source=found.source,
        proposed_at=found.proposed_at,
        evidence=Evidence(
            found.evidence, number("support"), number("confidence"), number("lift"), number("pValue"), number("weight")
        ),
        review=_make_review(found),
        cycle=cycle,
        implied=found.implied,
    )


def make_effect_view(found: AcceptanceEffect) -> EffectView:
    """An effect as the API shows it."""
    return EffectView(found.resources, found.learners, found.open, found.closes)


def _make_point(point: ProposalPoint) -> ProposedPoint:
    return ProposedPoint(point.id, point.name, point.level, point.description)


def _make_review(found: Proposal) -> Review | None:
    if found.reviewed_by is None and found.reviewed_at is None:
        return None
    rejected = (found.numbers.get(name) for name in ("rejectedSupport", "rejectedPValue", "rejectedWeight"))
    return Review(found.reviewed_by, found.reviewed_at, found.review_reason, *rejected)


ReviewAction = Literal["accept", "reject", "reopen"]


async def list_proposals(graph: Graph, wanted: ProposalFilter, limit: int = 100, offset: int = 0) -> ProposalViews:
    """One page of a course's proposals. Raises `NotFound` for the course."""
    total, found = await reader.read_proposals(graph, wanted, offset, limit)
    return ProposalViews(wanted.course, total, [make_proposal_view(each) for each in found])


async def get_proposal(graph: Graph, before: str, after: str, kind: str | None = None) -> ProposalDetail:
    """One proposal, and what accepting it would do today. Raises `NotFound`."""
    found = await reader.read_proposal(graph, before, after, kind)
    effect = None
    if found.kind == PREREQUISITE:
        effect = make_effect_view(await reader.read_effect(graph, before, after, datetime.now(UTC)))
    return ProposalDetail(make_proposal_view(found), effect)


async def review_proposal(graph: Graph, action: ReviewAction, verdict: ReviewBody) -> ReviewedProposal:
    """Accept, reject or reopen a proposal in a person's name. Raises `NotFound` and `Conflict`."""
    pair = ProposedPair(verdict.kind, verdict.before, verdict.after)
    revision = await decide_proposal(graph, pair, Attribution(verdict.by.strip(), action, verdict.why))
    return ReviewedProposal(
        revision, make_proposal_view(await reader.read_proposal(graph, pair.before, pair.after, pair.kind))
    )
