"""Proposals and what people say of them: list, show, decide."""

from datetime import UTC, datetime
from typing import Literal

from api.review_views import Decided, ProposalDetail, ProposalViews, Verdict, effect_view, proposal_view
from graph.proposals import reading
from graph.proposals.deciding import By, Graph, decide
from graph.proposals.reading import Wanted
from graph.proposals.records import PREREQUISITE, Pair

Action = Literal["accept", "reject", "reopen"]


async def listing(graph: Graph, wanted: Wanted, limit: int = 100, offset: int = 0) -> ProposalViews:
    """One page of a course's proposals. Raises `NotFound` for the course."""
    total, found = await reading.proposals(graph, wanted, offset, limit)
    return ProposalViews(wanted.course, total, [proposal_view(each) for each in found])


async def show(graph: Graph, before: str, after: str, kind: str | None = None) -> ProposalDetail:
    """One proposal, and what accepting it would do today. Raises `NotFound`."""
    found = await reading.proposal(graph, before, after, kind)
    effect = None
    if found.kind == PREREQUISITE:
        effect = effect_view(await reading.effect(graph, before, after, datetime.now(UTC)))
    return ProposalDetail(proposal_view(found), effect)


async def judge(graph: Graph, action: Action, verdict: Verdict) -> Decided:
    """Accept, reject or reopen a proposal in a person's name. Raises `NotFound` and `Conflict`."""
    pair = Pair(verdict.kind, verdict.before, verdict.after)
    revision = await decide(graph, pair, By(verdict.by.strip(), action, verdict.why))
    return Decided(revision, proposal_view(await reading.proposal(graph, pair.before, pair.after, pair.kind)))


__all__ = ["Action", "Graph", "Verdict", "Wanted", "judge", "listing", "show"]
