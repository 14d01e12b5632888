"""A person accepts or rejects a proposal: checked, written and recorded in one transaction, once."""

from functools import partial

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, Invalid, NotFound
from graph.proposals.records import ACCEPTED, KINDS, PREREQUISITE, REJECTED, Pair
from graph.revisions.record import By, Touched, record
from graph.times import moment

VERDICTS = {"accept": ACCEPTED, "reject": REJECTED}


async def decide(graph: Graph, pair: Pair, by: By, again: bool = False) -> int:
    """Accept or reject (`by.action`) in the name of `by.author`; returns the new revision.

    `again` decides anew what a person decided before. Raises `NotFound` for a pair without an edge, and `Conflict`
    where somebody decided already, files state the edge, or accepting would close a cycle.
    """
    if pair.kind not in KINDS:
        raise Invalid(f"kind is {' or '.join(KINDS)}, not {pair.kind!r}.", "kind")
    if not by.author.strip():
        raise Invalid("Say who decides.", "by")
    return await graph.writing(partial(_decide, pair=pair, by=by, again=again))


async def _decide(work: Work, pair: Pair, by: By, again: bool) -> int:
    await work.run("curate/lock_graph")
    params = {"before": pair.before, "after": pair.after, "by": by.author, "why": by.why, "again": again}
    rows = await work.run(_query(pair.kind, by.action), **params)
    if not rows:
        raise NotFound("proposal", str(pair))
    if not rows[0]["done"]:
        raise Conflict(_refusal(pair, by.action, again, rows[0]))
    return await record(work, by, _touched(pair))


def _query(kind: str, action: str) -> str:
    if kind == PREREQUISITE:
        return "review/accept" if action == "accept" else "review/reject"
    return "review/accept_related" if action == "accept" else "review/reject_related"


def _touched(pair: Pair) -> Touched:
    if pair.kind == PREREQUISITE:
        return Touched(prerequisites={pair[1:]})
    a, b = sorted(pair[1:])
    return Touched(related={(a, b), (b, a)})


def _refusal(pair: Pair, action: str, again: bool, row: Row) -> str:
    """Why nothing was written, and what to do."""
    status, ends = row["status"], " → ".join([*(row.get("cycle") or []), pair.after])
    judged = row["reviewed_by"]
    if row.get("cycle") and (status != ACCEPTED):
        return f"Accepting {pair} would close a cycle: {ends}. Reject it, or withdraw one of these prerequisites first."
    if judged and (not again or status == VERDICTS[action]):
        when = f"{moment(row['reviewed_at']):%Y-%m-%d %H:%M}" if row["reviewed_at"] else "a time that is not known"
        why = f" ({row['review_reason']})" if row["review_reason"] else ""
        then = "" if again else " Decide it anew with `again`, if that is wrong."
        return f"{pair} was {status} by {judged} at {when}{why}; nothing was changed.{then}"
    if row.get("courses") and status != VERDICTS[action]:
        return f"{pair} is {status} in the files of {row['courses']}; change it there and import them."
    then = "" if again or status == VERDICTS[action] else " Decide it anew with `again`, if that is wrong."
    return f"{pair} is no open proposal but {status}; nothing was changed.{then}"
