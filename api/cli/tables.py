"""Columns of tables in which ids are shown whole, however narrow the terminal: ids come first, names get what is left.

Where even the ids do not fit, the terminal breaks the line, and no sign is lost.
"""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

LEAST_TEXT_WIDTH = 12
"""Cells that a column of names or sentences keeps beside long ids."""


def add_id_column(table: Table, heading: str, ids: Iterable[str]) -> None:
    """Add a column for these ids, which are neither cut nor folded."""
    table.add_column(heading, no_wrap=True, overflow="ignore", min_width=_widest(heading, ids))


def add_text_column(table: Table, heading: str, texts: Iterable[str]) -> None:
    """Add a column for names or sentences, folded where there is no room for them."""
    table.add_column(heading, overflow="fold", min_width=min(_widest(heading, texts), LEAST_TEXT_WIDTH))


def add_number_column(table: Table, heading: str, texts: Iterable[str]) -> None:
    """Add a column for numbers, on the right and whole."""
    width = _widest(heading, texts)
    table.add_column(heading, justify="right", no_wrap=True, overflow="ignore", min_width=width)


def print_whole(console: Console, table: Table) -> None:
    """Print a table so that no column gets less than its least width: rich would drop one without room for it."""
    needed = sum((column.min_width or 1) + 2 for column in table.columns) + len(table.columns) + 1
    if needed > console.width:
        table.width = needed
    console.print(table, soft_wrap=False, crop=False)


def _widest(heading: str, texts: Iterable[str]) -> int:
    return max(map(cell_len, (heading, *texts)))
