"""Changes rows of the curated graph to given ones as one revision, checked as an import is."""

from graph.connection import Work
from graph.revisions.cycles import refuse_cycle
from graph.revisions.record import By as By
from graph.revisions.record import Change, differences, write
from graph.revisions.settling import Settled as Settled
from graph.revisions.settling import around
from graph.revisions.undoing import Conflict, Keys, State, bring, name_of


async def change_to(work: Work, by: By, target: State, keys: Keys, notes: list[str]) -> Settled:
    """Make every row what `target` says (None: none), inside a transaction that holds the lock.

    `keys`: the rows that this may alter, those of `target` among them. Raises `Conflict` where a row cannot be made so,
    or where an accepted prerequisite would close a cycle; then the transaction is to be given up.
    """
    await bring(work, target)
    change = await around(work, await differences(work, keys), keys)
    await refuse_cycle(work)
    notes = notes + _kept(change, target)
    return Settled(await write(work, by, change, notes), change.counts(), notes)


def _kept(change: Change, target: State) -> list[str]:
    """A line for each row that stays for a learner's history. Raises `Conflict` for one that could not be made.

    A proposed semantic edge need not come back: shared resources may speak for it by now.
    """
    told = []
    for table, rows in target.items():
        for key, row in rows.items():
            now = change.now(table, key)
            if now == row or table == "related":
                continue
            if row is not None:
                raise Conflict(
                    f"{table}: {name_of(key)} cannot come back: what it links to or belongs to is not there."
                )
            if table not in ("teaches", "prerequisites", "related"):
                told.append(f"{table}: {name_of(key)}: stays for learners' histories, in no course")
    return told
