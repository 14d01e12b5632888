"""How `lodestar ask` shows its answers: the list of questions, tables, files, pictures."""

from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api import plotting
from api.answer_forms import as_csv, as_json, cell, form_of, save
from graph import analysis
from graph.asking import Answer
from graph.errors import Invalid

console = Console(highlight=False)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


class Wanted(NamedTuple):
    """Where an answer goes, and in which form."""

    form: str
    out: Path | None
    plot: Path | None

    @classmethod
    def of(cls, form: str | None, out: Path | None, plot: Path | None) -> "Wanted":
        """With the form that was asked for or that the file's name says; raises `Invalid`."""
        return cls(form_of(form, out), out, plot)

    def check_plot(self, told: str) -> None:
        """Refuse a picture, before anything is asked, of what has none."""
        if self.plot is not None and not told:
            having = ", ".join(each.name for each in analysis.questions() if each.plot)
            raise Invalid(f"This has no picture; these questions have one: {having}.", "plot")

    def give(self, answer: Answer, plot: str = "", title: str = "") -> None:
        """Print or write the answer, draw it if a picture is wanted, and say when it was cut."""
        if self.out is not None:
            save(answer, self.form, self.out)
            notes.print(f"{len(answer.rows):,} rows in {self.out}", markup=False)
        else:
            _print(answer, self.form)
        if self.plot is not None:
            plotting.draw(answer, plotting.parse(plot), title.replace("_", " "), self.plot)
            notes.print(f"picture in {self.plot}", markup=False)
        if answer.cut:
            notes.print(f"cut after {len(answer.rows):,} rows; there is more: --rows NUMBER", style="yellow")


def _print(answer: Answer, form: str) -> None:
    if form == "csv":
        print(as_csv(answer), end="")
    elif form == "json":
        print(as_json(answer), end="")
    elif not answer.rows:
        console.print("Nothing found.")
    else:
        table = Table(box=None, header_style="bold")
        for column, values in zip(answer.columns, zip(*answer.rows, strict=True), strict=True):
            numbers = all(isinstance(value, int | float | None) for value in values)
            table.add_column(column, justify="right" if numbers else "left", overflow="fold")
        for row in answer.rows:
            table.add_row(*(Text(_shown(value)) for value in row))
        console.print(table)


def _shown(value: Any) -> str:
    """A value in a table: lists without quotes, moments to the minute."""
    if isinstance(value, list):
        return ", ".join(cell(each) for each in value)
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") and hasattr(value, "year") else cell(value)


def list_questions() -> None:
    """Every question in its group, with one line and its parameters."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    order = analysis.GROUPS.index
    for group, found in groupby(
        sorted(analysis.questions(), key=lambda q: (order(q.group), q.name)), lambda q: q.group
    ):
        table.add_row(f"[bold]{group}[/bold]")
        for each in found:
            says = each.summary.partition(": ")[0].partition(". ")[0].rstrip(".")
            table.add_row(f"  {each.name}", says, " ".join(f"--{key.replace('_', '-')}" for key in each.params))
    console.print(table)
    console.print("lodestar ask NAME --PARAMETER VALUE; --show prints the Cypher; --cypher asks your own question.")
