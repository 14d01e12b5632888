"""Store proposals and decisions about them, each checked and recorded in one transaction.

Found edges are filtered against what is in the graph:

- What anybody stated or accepted stays as it is, and an open proposal takes its newest evidence.
- A rejected prerequisite returns when at least 1.5 times as many learners support it as when it was rejected, on a
  p-value that is no larger: the same learners counted once more never bring it back, nor does a slightly longer log.
- A rejected semantic edge from texts returns when at least half of what its weight lacked to 1 is gone; a rejected
  derived edge never does.
- An edge that would close a cycle of accepted prerequisites is left out, and so is one that a longer path of accepted
  ones implies.

A person accepts or rejects a proposal, or reopens it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import networkx

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, Invalid, NotFound
from graph.proposals.records import ACCEPTED, KINDS, OPEN, PREREQUISITE, REJECTED, RELATED, FoundEdge, ProposedPair
from graph.revisions.record import Attribution, TouchedRows, record_change
from graph.values import to_datetime

NEW_SUPPORT_RATIO = 1.5
REMAINING_DISTANCE_RATIO = 0.5
EXISTS, SAME_EVIDENCE, REJECTED_BEFORE, CLOSES_CYCLE, IMPLIED, OVER_LIMIT = (
    "there already",
    "proposed already, on the same evidence",
    "rejected before, without new evidence since",
    "would close a cycle",
    "implied by accepted prerequisites",
    "not among the strongest",
)

BATCH_ROWS = 1_000
MAX_PROPOSALS = 100
"""Proposals that one person can look through."""

_DECISION_QUERIES = {
    (PREREQUISITE, "accept"): "review/accept",
    (PREREQUISITE, "reject"): "review/reject",
    (PREREQUISITE, "reopen"): "review/reopen",
    (RELATED, "accept"): "review/accept_related",
    (RELATED, "reject"): "review/reject_related",
    (RELATED, "reopen"): "review/reopen_related",
}


class ExistingEdge(NamedTuple):
    """An edge of the graph; the numbers are those it was last rejected on, or else has."""

    status: str | None
    source: str | None
    evidence: str | None
    support: float | None = None
    p_value: float | None = None
    weight: float | None = None


class SkippedPair(NamedTuple):
    """What is not proposed, why, and the path in the graph that shows it, where there is one."""

    pair: ProposedPair
    reason: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilterResult:
    """What is proposed: for the first time, again after a rejection, or open already with other evidence now."""

    new: list[FoundEdge] = field(default_factory=list)
    returning: list[FoundEdge] = field(default_factory=list)
    updated: list[FoundEdge] = field(default_factory=list)
    skipped: list[SkippedPair] = field(default_factory=list)

    @property
    def proposed(self) -> list[FoundEdge]:
        """All edges to write."""
        return self.new + self.returning + self.updated


class ExistingEdges:
    """The edges that are there: prerequisites by (before, after), semantic ones by their two ids in order."""

    def __init__(
        self, prerequisites: Iterable[tuple[str, str, ExistingEdge]], related: Iterable[tuple[str, str, ExistingEdge]]
    ) -> None:
        self._edges: dict[ProposedPair, list[ExistingEdge]] = defaultdict(list)
        self._accepted = networkx.DiGraph()
        for before, after, edge in prerequisites:
            self._edges[ProposedPair(PREREQUISITE, before, after)].append(edge)
            if edge.status == ACCEPTED:
                self._accepted.add_edge(before, after)
        for a, b, edge in related:
            self._edges[ProposedPair("related", *sorted((a, b)))].append(edge)

    def edges_of(self, pair: ProposedPair) -> list[ExistingEdge]:
        """Return the edges of a pair."""
        return self._edges.get(pair, [])

    def find_path(self, start: str, end: str) -> tuple[str, ...]:
        """Return a shortest path of accepted prerequisites; empty where there is none."""
        if start not in self._accepted or end not in self._accepted:
            return ()
        try:
            return tuple(networkx.shortest_path(self._accepted, start, end))
        except networkx.NetworkXNoPath:
            return ()


def filter_found(found: Sequence[FoundEdge], edges: ExistingEdges, most: int) -> FilterResult:
    """Filter `found`, strongest first; skip new and returning ones beyond `most`."""
    sifted = FilterResult()
    for each in found:
        left = _check_own_edges(each, edges.edges_of(each.pair)) or _check_paths(each.pair, edges)
        if left is not None:
            sifted.skipped.append(left)
        elif any(edge.status == OPEN for edge in edges.edges_of(each.pair)):
            sifted.updated.append(each)
        elif len(sifted.new) + len(sifted.returning) >= most:
            sifted.skipped.append(SkippedPair(each.pair, OVER_LIMIT))
        else:
            (sifted.returning if edges.edges_of(each.pair) else sifted.new).append(each)
    return sifted


def _check_own_edges(found: FoundEdge, edges: list[ExistingEdge]) -> SkippedPair | None:
    """Return why the pair's own edges exclude it, or None."""
    for edge in edges:
        ours = edge.source in ("mined", "text")
        if edge.status == REJECTED and not (ours and has_new_evidence(found.numbers, edge)):
            return SkippedPair(found.pair, REJECTED_BEFORE)
        if not ours or edge.status not in (OPEN, REJECTED):
            return SkippedPair(found.pair, EXISTS)
        if edge.status == OPEN and edge.evidence == found.evidence:
            return SkippedPair(found.pair, SAME_EVIDENCE)
    return None


def has_new_evidence(numbers: dict[str, float], rejected: ExistingEdge) -> bool:
    """Return whether the evidence has grown enough since a person rejected the pair; see the module."""
    if "weight" in numbers:
        return rejected.weight is not None and 1 - numbers["weight"] <= REMAINING_DISTANCE_RATIO * (1 - rejected.weight)
    no_weaker = rejected.p_value is None or numbers["pValue"] <= rejected.p_value
    return rejected.support is not None and no_weaker and numbers["support"] >= NEW_SUPPORT_RATIO * rejected.support


def _check_paths(pair: ProposedPair, edges: ExistingEdges) -> SkippedPair | None:
    """Return why the accepted prerequisites around the pair exclude it, or None."""
    if pair.kind != PREREQUISITE:
        both = edges.edges_of(ProposedPair(PREREQUISITE, pair.before, pair.after)) + edges.edges_of(
            ProposedPair(PREREQUISITE, pair.after, pair.before)
        )
        return SkippedPair(pair, EXISTS) if any(edge.status == ACCEPTED for edge in both) else None
    back = edges.find_path(pair.after, pair.before)
    if back:
        return SkippedPair(pair, CLOSES_CYCLE, (*back, pair.after))
    way = edges.find_path(pair.before, pair.after)
    return SkippedPair(pair, IMPLIED, way) if way else None


@dataclass(frozen=True)
class ProposeResult:
    """The result of a search for edges; `revision` is None where nothing had to be written."""

    sifted: FilterResult
    revision: int | None


async def store_proposals(
    graph: Graph, found: list[FoundEdge], by: Attribution, most: int = MAX_PROPOSALS
) -> ProposeResult:
    """Propose what was `found`, strongest first; see `filter_found` for what is skipped.

    Ends of semantic edges stand in the order of their ids.
    """
    return await graph.execute_write(partial(_store_in_transaction, found=found, by=by, most=most))


async def _store_in_transaction(work: Work, found: list[FoundEdge], by: Attribution, most: int) -> ProposeResult:
    await work.run("curate/lock_graph")
    sifted = filter_found(found, await _read_edges(work, found), most)
    rows = {kind: [each for each in sifted.proposed if each.pair.kind == kind] for kind in (PREREQUISITE, RELATED)}
    if not sifted.proposed:
        return ProposeResult(sifted, None)
    for batch in _batches(rows[PREREQUISITE]):
        await work.run("propose/save_prerequisites", rows=batch)
    for batch in _batches(rows[RELATED]):
        await work.run("propose/save_related", rows=batch)
    pairs = {kind: {each.pair[1:] for each in some} for kind, some in rows.items()}
    touched = TouchedRows(prerequisites=pairs[PREREQUISITE], related=pairs[RELATED])
    return ProposeResult(sifted, await record_change(work, by, touched))


async def _read_edges(work: Work, found: list[FoundEdge]) -> ExistingEdges:
    points = sorted({id for each in found if each.pair.kind == RELATED for id in each.pair[1:]})
    prerequisites = await work.run("propose/prerequisites_there")
    related = await work.run("propose/related_there", points=points)
    return ExistingEdges(
        ((before, after, ExistingEdge(*values)) for before, after, *values in prerequisites[0]["rows"]),
        (
            (a, b, ExistingEdge(status, source, evidence, weight=weight))
            for a, b, status, source, evidence, weight in related[0]["rows"]
        ),
    )


def _batches(found: list[FoundEdge]) -> list[list[dict[str, object]]]:
    rows: list[dict[str, object]] = [
        {"before": each.pair.before, "after": each.pair.after, "numbers": each.numbers, "evidence": each.evidence}
        for each in found
    ]
    return [rows[start : start + BATCH_ROWS] for start in range(0, len(rows), BATCH_ROWS)]


async def decide_proposal(graph: Graph, pair: ProposedPair, by: Attribution) -> int:
    """Accept, reject or reopen (`by.action`) in the name of `by.author`; returns the new revision.

    Raises `NotFound` for a pair without an edge, and `Conflict` where the edge is not open (or, to reopen it, not
    decided), or where accepting would close a cycle; then nothing was written.
    """
    if pair.kind not in KINDS:
        raise Invalid(f"kind is {' or '.join(KINDS)}, not {pair.kind!r}.", "kind")
    if not by.author.strip():
        raise Invalid("Say who decides.", "by")
    return await graph.execute_write(partial(_decide_in_transaction, pair=pair, by=by))


async def _decide_in_transaction(work: Work, pair: ProposedPair, by: Attribution) -> int:
    await work.run("curate/lock_graph")
    query = _DECISION_QUERIES[pair.kind, by.action]
    rows = await work.run(query, before=pair.before, after=pair.after, by=by.author, why=by.why)
    if not rows:
        raise NotFound("proposal", str(pair))
    if not rows[0]["done"]:
        raise Conflict(_explain_refusal(pair, by.action, rows[0]))
    return await record_change(work, by, _touched_rows(pair))


def _touched_rows(pair: ProposedPair) -> TouchedRows:
    """Return the row; a semantic edge may stand either way round."""
    if pair.kind == PREREQUISITE:
        return TouchedRows(prerequisites={pair[1:]})
    return TouchedRows(related={(pair.before, pair.after), (pair.after, pair.before)})


def _explain_refusal(pair: ProposedPair, action: str, row: Row) -> str:
    """Explain why nothing was written, and what to do."""
    status = row["status"]
    if action == "accept" and status == "proposed":
        cycle = " → ".join([*row["cycle"], row["cycle"][0]])
        return f"Accepting {pair} would close a cycle: {cycle}. Reject it, or withdraw another of these prerequisites."
    if action == "reopen":
        return f"{pair} is {status or 'without a status'}, and nobody decided it; there is nothing to take back."
    if row["reviewed_by"] is None:
        return f"{pair} is no open proposal but {status or 'without a status'}; nothing was changed."
    when = f" at {to_datetime(row['reviewed_at']):%Y-%m-%d %H:%M} UTC" if row["reviewed_at"] else ""
    why = f" ({row['review_reason']})" if row["review_reason"] else ""
    return f"{pair} was {status} by {row['reviewed_by']}{when}{why}; nothing was changed. Reopen it to decide anew."
