"""Find the headings of a sheet that people keep: among its first 20 rows, in any order and case.

A title and a date may stand above them, and brackets and signs do not count: "Prerequisite(s)", "Minutes (min)".
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from graph.courses.records import Scalar
from graph.formats.xlsx.cells import Worksheet, format_cell

_HEADING_ROWS = 20
"""Rows from the top among which the headings are."""


class SheetBelowHeadings(NamedTuple):
    """A sheet below its headings: their row, the columns' meanings, headings without one, the rows that follow."""

    row: int
    meanings: dict[int, str]
    unread: list[str]
    rows: list[tuple[int, dict[int, Scalar]]]

    def values(self, cells: Mapping[int, Scalar]) -> dict[str, str]:
        """Return the texts of a row by the meaning of their column."""
        return {meaning: format_cell(cells.get(column, "")).strip() for column, meaning in self.meanings.items()}


def find_headings(
    grid: Worksheet,
    headings: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
    more: Callable[[str], str | None] = lambda heading: None,
) -> SheetBelowHeadings | None:
    """Return the sheet, None where it is empty.

    Args:
        headings: how the heading of each meaning may be written.
        needed: meanings that a row of headings has to have.
        more: the meaning of a heading that is not among them.

    Raises `ValueError` where the headings are missing or say a meaning twice.
    """
    meaning_of = {word: meaning for meaning, words in headings.items() for word in words}
    rows = list(grid.filled_rows())
    for number, (row, cells) in enumerate(rows[:_HEADING_ROWS], 1):
        folded = {column: fold_heading(cell) for column, cell in cells.items()}
        known = {column: meaning_of.get(text) or more(text) for column, text in folded.items()}
        meanings = {column: meaning for column, meaning in known.items() if meaning is not None}
        if not set(needed) <= set(meanings.values()):
            continue
        for meaning in dict.fromkeys(meanings.values()):
            names = [format_cell(cells[column]) for column in meanings if meanings[column] == meaning]
            if len(names) > 1:
                raise ValueError(f"has more than one heading for the {meaning} ({', '.join(names)}); rename one")
        unread = [format_cell(cell) for column, cell in cells.items() if column not in meanings]
        return SheetBelowHeadings(row, meanings, unread, rows[number:])
    if not rows:
        return None
    words = "; ".join(f"{meaning}: {', '.join(words)}" for meaning, words in headings.items())
    found = ", ".join(format_cell(value)[:40] for value in list(rows[0][1].values())[:20])
    lacking = " and ".join(needed)
    raise ValueError(f"has no heading for the {lacking}; found {found}; headings that are known: {words}")


def has_heading(grid: Worksheet, words: tuple[str, ...]) -> bool:
    """Return whether one of the words stands alone in a cell of a row of at least two cells, where headings are."""
    return any(fold in words for row in _first_rows(grid) for fold in row)


def _first_rows(grid: Worksheet) -> Iterator[list[str]]:
    for _, cells in list(grid.filled_rows())[:_HEADING_ROWS]:
        if len(cells) > 1:
            yield [fold_heading(cell) for cell in cells.values()]


def fold_heading(cell: Scalar) -> str:
    """Return a heading without what stands in brackets, and without signs."""
    text = format_cell(cell).casefold().replace("(s)", "s")
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)))


def normalize_text(name: str) -> str:
    """Return the text with composed accents (NFC) and single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())
