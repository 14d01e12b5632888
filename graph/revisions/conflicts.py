"""What stands against undoing one revision: later changes of its rows, and rows that would lose their ground."""

from graph.connection import Work
from graph.errors import Conflict, Invalid
from graph.revisions.history import Difference, newest, state_after, touching
from graph.revisions.reach import Touched, reach, reach_courses
from graph.revisions.undoing import NODES as NODES
from graph.revisions.undoing import Keys, gone, name_of

NAMED = 10


async def reached(work: Work, found: Difference) -> Keys:
    """The rows that undoing this may alter: its own, and what goes with nodes that go."""
    touched = Touched()
    await reach(work, touched, gone(found.before, "points"), gone(found.before, "resources"))
    await reach_courses(work, touched, gone(found.before, "courses"))
    return {table: keys | found.before[table].keys() for table, keys in touched.keys().items()}


async def refuse_conflicts(work: Work, found: Difference, reached: Keys) -> None:
    """Raises `Conflict` that names the rows that are something else by now, and the revisions that made them so."""
    now = await state_after(work, await newest(work), found.before)
    keys: Keys = {
        table: {key for key, row in rows.items() if row != now[table][key]} for table, rows in found.after.items()
    }
    later = await touching(work, keys, found.last)
    lines = [f"{table}: {name_of(key)}, changed again by revision {_listed(n)}" for (table, key), n in later.items()]
    for table, each in reached.items():
        lines += [
            f"{table}: {name_of(key)}, came later and rests on what would go"
            for key in each - found.before[table].keys()
        ]
    if lines:
        more = f"\n… and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
        raise Conflict(
            f"Revision {found.last} cannot be undone alone; nothing was changed.\n"
            + "\n".join(sorted(lines)[:NAMED])
            + more
            + f"\nUndo the later revisions first, or go back: lodestar graph revert --to {found.last - 1}"
        )


async def refuse_unnumbered(work: Work, number: int) -> None:
    """Raises `Invalid` for a state from before changes were numbered."""
    [row] = await work.run("revisions/baseline")
    if number < row["number"]:
        raise Invalid(
            f"Revision {row['number']} is what was there before changes were numbered; it cannot be undone.", "number"
        )


def refuse_empty(found: Difference, what: str) -> None:
    """Raises `Invalid` where there is nothing to undo."""
    if not any(found.before.values()):
        raise Invalid(f"{what}: nothing differs, so there is nothing to undo.", "number")


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
