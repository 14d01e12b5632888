"""How teachers head the columns of a spreadsheet, and where in a sheet the headings are."""

import re
from typing import NamedTuple

from graph.course import Scalar
from graph.formats.xlsx_cells import Grid, shown

HEADINGS = {
    "topic": ("topic", "name", "title", "knowledge point", "skill", "concept", "objective", "learning objective"),
    "id": ("id", "code", "key"),
    "description": ("description", "details", "notes", "summary", "about"),
    "level": ("level", "grade", "year", "cefr"),
    "domain": ("unit", "domain", "module", "chapter", "area", "strand", "section", "theme"),
    "before": ("prerequisites", "prerequisite", "prereqs", "prereq", "requires", "builds on", "depends on"),
    "links": ("links", "link", "resources", "resource", "url", "urls", "material", "materials", "website"),
    "minutes": ("minutes", "minute", "min", "mins", "duration", "time", "length"),
    "type": ("type", "kind", "format"),
}
"""What a column is for, and how its heading may be written."""

_MEANING = {word: meaning for meaning, words in HEADINGS.items() for word in words}
_LOOK = 20
"""Rows from the top among which the headings are; a title and a date may stand above."""


class Headed(NamedTuple):
    """A sheet below its headings: their row, the columns' meanings, headings without one, the rows that follow."""

    row: int
    meanings: dict[int, str]
    unread: list[str]
    rows: list[tuple[int, dict[int, Scalar]]]


def headed(grid: Grid) -> Headed | None:
    """The sheet, None where it is empty. Raises `ValueError` where the headings are missing or do not say enough."""
    rows = list(grid.filled())
    for number, (row, cells) in enumerate(rows[:_LOOK], 1):
        known = {column: _MEANING[_folded(cell)] for column, cell in cells.items() if _folded(cell) in _MEANING}
        if "topic" not in known.values():
            continue
        for meaning in HEADINGS:
            names = [shown(cells[column]) for column in known if known[column] == meaning]
            if len(names) > 1:
                raise ValueError(f"has more than one heading for the {meaning} ({', '.join(names)}); rename one")
        unread = [shown(cell) for column, cell in cells.items() if column not in known]
        return Headed(row, known, unread, rows[number:])
    if not rows:
        return None
    words = "; ".join(f"{meaning}: {', '.join(words)}" for meaning, words in HEADINGS.items())
    found = ", ".join(shown(value)[:40] for value in list(rows[0][1].values())[:20])
    raise ValueError(f"has no heading for the topic; found {found}; headings that are known: {words}")


def _folded(cell: Scalar) -> str:
    """Without what stands in brackets, and without signs: "Prerequisite(s)", "Minutes (min)"."""
    text = shown(cell).casefold().replace("(s)", "s")
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)))
