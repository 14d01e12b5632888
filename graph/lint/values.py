"""The checks of single rows: what must be there, words that must be known, ranges of numbers, damaged texts."""

from collections.abc import Callable, Iterator
from typing import Any

from graph.course import ROLE_IMPORTANCE, Course
from graph.course_fields import KINDS, MODALITIES
from graph.lint.findings import Hit
from graph.lint.texts import broken

NEEDED = {
    "points": ("name",),
    "resources": ("title", "kind", "modality", "minutes", "status"),
    "items": ("prompt", "status"),
    "teaches": ("role",),
    "prerequisites": ("status",),
}
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "resources": {"kind": KINDS, "modality": MODALITIES, "status": ("active", "retired")},
    "items": {"status": ("active", "retired")},
    "teaches": {"role": tuple(ROLE_IMPORTANCE)},
    "prerequisites": {"status": ("accepted", "proposed", "rejected")},
}
_ABOVE_0 = 1e-9
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "points": {"mastered_at": (0, 1), "met_at": (0, 1), "hours": (_ABOVE_0, 10_000)},
    "resources": {"minutes": (_ABOVE_0, 100_000), "difficulty": (-6, 6)},
    "items": {"discrimination": (_ABOVE_0, 10), "difficulty": (-6, 6), "guessing": (0, 0.99)},
    "teaches": {"importance": (0, 1)},
    "prerequisites": {"confidence": (0, 1)},
}
TEXTS = {
    "points": ("name", "description", "domain", "level"),
    "resources": ("title", "text", "url"),
    "items": ("prompt", "answer", "distractors"),
    "prerequisites": ("reason",),
}
_PROPERTIES = {"mastered_at": "masteredAt", "met_at": "metAt"}


def missing_fields(course: Course) -> Iterator[Hit]:
    """What a row must say and does not."""
    return _rows(course, NEEDED, lambda table, name, value: value in (None, ""))


def unknown_values(course: Course) -> Iterator[Hit]:
    """Words that Lodestar does not know."""
    return _rows(course, WORDS, lambda table, name, value: value not in (None, "", *WORDS[table][name]))


def numbers_out_of_range(course: Course) -> Iterator[Hit]:
    """Numbers outside their range, or what is no number."""
    return _rows(
        course, RANGES, lambda table, name, value: value is not None and not _within(value, *RANGES[table][name])
    )


def broken_text(course: Course) -> Iterator[Hit]:
    """Texts that were damaged on their way."""
    return _rows(course, TEXTS, lambda table, name, value: broken(value))


def _within(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _rows(course: Course, fields: dict[str, Any], wrong: Callable[[str, str, Any], bool]) -> Iterator[Hit]:
    """The rows of each table with the names of the fields that are wrong; what hangs on no point is told elsewhere."""
    taught = {edge.resource for edge in course.teaches}
    for table, names in fields.items():
        for row in getattr(course, table):
            if (table == "resources" and row.id not in taught) or (table == "items" and not row.points):
                continue
            found = [_PROPERTIES.get(name, name) for name in names if wrong(table, name, getattr(row, name))]
            if found:
                yield row.id, ", ".join(found)


CHECKS = {
    "missing_fields": missing_fields,
    "unknown_values": unknown_values,
    "numbers_out_of_range": numbers_out_of_range,
    "broken_text": broken_text,
}
"""Each check of single rows by its name."""
