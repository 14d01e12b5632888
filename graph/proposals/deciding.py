"""A person accepts or rejects a proposal, or takes that back: checked and recorded in one transaction."""

from functools import partial

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, Invalid, NotFound
from graph.proposals.records import KINDS, PREREQUISITE, RELATED, Pair
from graph.revisions.record import By, Touched, record
from graph.times import moment

_QUERIES = {
    (PREREQUISITE, "accept"): "review/accept",
    (PREREQUISITE, "reject"): "review/reject",
    (PREREQUISITE, "reopen"): "review/reopen",
    (RELATED, "accept"): "review/accept_related",
    (RELATED, "reject"): "review/reject_related",
    (RELATED, "reopen"): "review/reopen_related",
}


async def decide(graph: Graph, pair: Pair, by: By) -> int:
    """Accept, reject or reopen (`by.action`) in the name of `by.author`; returns the new revision.

    Raises `NotFound` for a pair without an edge, and `Conflict` where the edge is not open (or, to reopen it, not
    decided), or where accepting would close a cycle; then nothing was written.
    """
    if pair.kind not in KINDS:
        raise Invalid(f"kind is {' or '.join(KINDS)}, not {pair.kind!r}.", "kind")
    if not by.author.strip():
        raise Invalid("Say who decides.", "by")
    return await graph.writing(partial(_decide, pair=pair, by=by))


async def _decide(work: Work, pair: Pair, by: By) -> int:
    await work.run("curate/lock_graph")
    query = _QUERIES[pair.kind, by.action]
    rows = await work.run(query, before=pair.before, after=pair.after, by=by.author, why=by.why)
    if not rows:
        raise NotFound("proposal", str(pair))
    if not rows[0]["done"]:
        raise Conflict(_refusal(pair, by.action, rows[0]))
    return await record(work, by, _touched(pair))


def _touched(pair: Pair) -> Touched:
    """The row; a semantic edge may stand either way round."""
    if pair.kind == PREREQUISITE:
        return Touched(prerequisites={pair[1:]})
    return Touched(related={(pair.before, pair.after), (pair.after, pair.before)})


def _refusal(pair: Pair, action: str, row: Row) -> str:
    """Why nothing was written, and what to do."""
    status = row["status"]
    if action == "accept" and status == "proposed":
        cycle = " → ".join([*row["cycle"], row["cycle"][0]])
        return f"Accepting {pair} would close a cycle: {cycle}. Reject it, or withdraw another of these prerequisites."
    if action == "reopen":
        return f"{pair} is {status or 'without a status'}, and nobody decided it; there is nothing to take back."
    if row["reviewed_by"] is None:
        return f"{pair} is no open proposal but {status or 'without a status'}; nothing was changed."
    when = f" at {moment(row['reviewed_at']):%Y-%m-%d %H:%M} UTC" if row["reviewed_at"] else ""
    why = f" ({row['review_reason']})" if row["review_reason"] else ""
    return f"{pair} was {status} by {row['reviewed_by']}{when}{why}; nothing was changed. Reopen it to decide anew."


__all__ = ["By", "Graph", "decide"]
