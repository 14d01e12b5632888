"""Takes in what somebody changed by hand: checked, mended where it would break serving, and kept as a revision.

- Of links drawn twice one stays: the known one, else the one whose properties come first as text.
- Of the prerequisites that became accepted by hand, those that close a cycle are set aside as proposals (`cycles`).
- Counts and semantic edges of the points around are derived anew.
- Values that import would refuse, and nodes without ids, stay as they are and are told: serving does without them.

The author is not known: Neo4j's Community edition has one user, and writes no name beside a change.
"""

from dataclasses import dataclass, field

from graph import derive
from graph.connection import Work as Work
from graph.revisions import mending
from graph.revisions.record import By, Change, differences, write
from graph.revisions.rows import Keys, ends_of, id_of, key_of

BROWSER = By("browser", "browser")
BASELINE = By("", "baseline", "what was there before changes were numbered")


@dataclass(frozen=True)
class Settled:
    """What was done by hand since the last revision.

    Attributes:
        revision: the number it got; None where there was nothing.
        counts: new, changed and gone rows by table.
        notes: what was set aside, taken out, or is wrong and stays.
    """

    revision: int | None = None
    counts: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


async def settle(work: Work, keys: Keys, by: By = BROWSER) -> Settled:
    """Make what was done by hand to these rows a revision of its own; inside a transaction that holds the lock."""
    change = await differences(work, keys)
    if not change.anything:
        return Settled()
    doubles = await mending.doubles(work, change)
    cycles = await mending.cycles(work, change)
    change = await around(work, change, keys)
    notes = doubles + cycles + mending.faults(change.after)
    return Settled(await write(work, by, change, notes), change.counts(), notes)


async def around(work: Work, change: Change, keys: Keys) -> Change:
    """Derive anew the degrees and semantic edges that may follow from a change; what then differs of the rows `keys`.

    A proposed semantic edge may turn into a derived one, and then is no row any more.
    """
    points = {str(id_of(key)) for key in change.before["points"]}
    for table in ("prerequisites", "related"):
        for key in change.before[table]:
            points.update(ends_of(key))
    points.update(ends_of(key)[1] for key in change.before["teaches"])
    resources = [str(id_of(key)) for key in change.before["resources"]]
    courses = [str(id_of(key)) for key in change.before["courses"]]
    [beside] = await work.run("revisions/points_of", resources=resources, courses=courses)
    ids = sorted(points.union(beside["points"]))
    related = set(map(key_of, await derive.proposed(work, ids)))
    await derive.refresh(work, ids)
    return await differences(work, keys | {"related": keys.get("related", set()) | related})
