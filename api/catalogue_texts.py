"""The graph's rows of a course, as texts and traits of its resources: what content-based rankers read."""

from collections import defaultdict

from graph.catalogue import CourseRows, ItemRow, PointRow, ResourceRow
from models.rankers.log import Catalogue


def catalogue_of(rows: CourseRows) -> Catalogue:
    """Resources in the order of the course's arrays (`api/course_arrays.py`).

    Text: the title, then name and description of the points taught, the most important first. Traits: level, kind,
    modality, language and `point:ID` of each point. A resource without a language has the course's.
    """
    taught = _taught(rows)
    language = rows.settings.get("language")
    return Catalogue(
        items=tuple(row["id"] for row in rows.resources),
        texts=tuple(_text(row, taught[row["id"]]) for row in rows.resources),
        traits=tuple(_traits(row, language, taught[row["id"]]) for row in rows.resources),
    )


def _taught(rows: CourseRows) -> dict[str, list[PointRow]]:
    """The points of each resource, as far as the rows hold them."""
    points = {row["id"]: row for row in rows.points}
    taught: dict[str, list[PointRow]] = defaultdict(list)
    for edge in sorted(rows.teaches, key=lambda row: -row["importance"]):
        if edge["point"] in points:
            taught[edge["resource"]].append(points[edge["point"]])
    return taught


def _text(resource: ResourceRow, points: list[PointRow]) -> str:
    told = [f"{point['name']}. {point['description'] or ''}".strip() for point in points]
    return "\n".join([resource["title"], *told])


def _traits(resource: ResourceRow, language: str | None, points: list[PointRow]) -> frozenset[str]:
    values = {
        "level": resource["level"],
        "kind": resource["kind"],
        "modality": resource["modality"],
        "language": resource["language"] or language,
    }
    named = {f"{name}:{value}" for name, value in values.items() if value}
    return frozenset(named | {f"point:{point['id']}" for point in points})


__all__ = ["Catalogue", "CourseRows", "ItemRow", "catalogue_of"]
