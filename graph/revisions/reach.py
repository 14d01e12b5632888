"""What goes with a node when it goes: its links, and what other rows say of it."""

from graph.connection import Work
from graph.revisions.record import Touched as Touched


async def reach(work: Work, touched: Touched, points: list[str], resources: list[str]) -> None:
    """Add the links of these points and resources, and the items that assess the points."""
    [row] = await work.run("revisions/links_of", points=points, resources=resources)
    for table in ("prerequisites", "related", "teaches"):
        getattr(touched, table).update(map(tuple, row[table]))
    touched.items.update(row["items"])


async def reach_courses(work: Work, touched: Touched, courses: list[str]) -> None:
    """Add the points that these courses include."""
    [row] = await work.run("revisions/points_of", resources=[], courses=courses)
    touched.points.update(row["points"])
