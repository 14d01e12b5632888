"""`lodestar graph`, `rebuild`: the revisions of the curated graph, what they changed, and how to undo one.

Rows are marked + new, − gone and ~ changed, with their fields before → after.
"""

from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.runtime import print_json, run_on_graph
from graph.revisions.history import Revision, RowChange
from graph.revisions.sync import SyncResult
from graph.revisions.sync import sync_graph as take_in
from services.curation.revisions import diff_revisions, rebuild_graph, revert_revisions, sync_and_list_revisions
from services.settings import Settings

console = Console(soft_wrap=True, highlight=False, markup=False)
_MARKS = {"new": ("+", "green"), "gone": ("−", "red"), "changed": ("~", "yellow")}
_MAX_VALUE_LENGTH = 100


def print_log(revisions: list[Revision]) -> None:
    """Print a line for each revision, and its notes below."""
    table = Table(box=None, pad_edge=False)
    for heading in ("revision", "when (UTC)", "who", "action", "changed", "why"):
        table.add_column(heading, overflow="fold")
    for each in revisions:
        when = f"{each.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            str(each.number), when, each.author or "unknown", each.action, _format_counts(each.counts), each.why
        )
    console.print(table)
    for each in revisions:
        print_notes(each.notes, f"{each.number}  ")


def print_notes(notes: list[str], before: str = "") -> None:
    """Print the notes of a change."""
    for note in notes:
        console.print(f"{before}{note}", style="yellow")


def print_rows(rows: list[RowChange], limit: int) -> None:
    """Print the rows that differ, the first `limit` of them."""
    for row in rows[:limit]:
        mark, colour = _MARKS[row.kind]
        console.print(Text(f"{mark} {row.table}  {row.id}", style=colour))
        for name, (before, after) in row.fields.items():
            console.print(f"    {name}: {_format_field(row.kind, before, after)}")
    if len(rows) > limit:
        console.print(f"… and {len(rows) - limit} more rows; --limit shows more, --json all of them")


def _format_counts(counts: dict[str, list[int]]) -> str:
    return ", ".join(
        f"{table} {' '.join(f'{mark}{n}' for mark, n in zip('+~−', each, strict=True) if n)}"
        for table, each in counts.items()
    )


def _format_field(kind: str, before: object, after: object) -> str:
    if kind == "changed":
        return f"{_format_value(before)} → {_format_value(after)}"
    return _format_value(after if kind == "new" else before)


def _format_value(value: object) -> str:
    text = "nothing" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= _MAX_VALUE_LENGTH else text[: _MAX_VALUE_LENGTH - 1] + "…"


app = typer.Typer(help="The curated graph's revisions: log, diff, revert, sync.", no_args_is_help=True)
RevisionArgument = Annotated[
    int, typer.Argument(help="A revision's number, see `lodestar graph log`.", show_default=False)
]


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.add_typer(app, name="graph")
    group.command()(rebuild)


@app.command()
def log(
    course: Annotated[str | None, typer.Argument(help="Only what is about this course.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="As the API has it.")] = False,
) -> None:
    """List who changed the graph, when, what (+ new, ~ changed, − gone rows) and why; edits by hand are taken in."""
    found = run_on_graph(lambda graph: sync_and_list_revisions(graph, course, limit))
    if json:
        print_json(found)
    elif found:
        print_log(found)
    else:
        console.print("Nothing has changed yet. Import a course: lodestar import examples/english")


@app.command()
def diff(
    number: RevisionArgument,
    until: Annotated[
        int | None, typer.Argument(help="Compare the states after the two revisions instead.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="All rows as JSON.")] = False,
) -> None:
    """Show what revision NUMBER changed, or what lies between the states after NUMBER and UNTIL, row by row.

    lodestar graph diff 7        what revision 7 changed\n
    lodestar graph diff 0 7      everything up to revision 7
    """
    rows = run_on_graph(lambda graph: diff_revisions(graph, number, until))
    if json:
        print_json(rows)
    elif rows:
        print_rows(rows, limit)
    else:
        console.print("No row differs.")


@app.command()
def revert(
    number: RevisionArgument,
    to: Annotated[bool, typer.Option("--to", help="Go back to the state after NUMBER (0: before all).")] = False,
    row: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this row, as `graph diff` names it: an id, or 'a → b' of a link; again for more.",
            show_default=False,
        ),
    ] = None,
    why: Annotated[str, typer.Option(help="Kept with the new revision.")] = "",
) -> None:
    """Undo revision NUMBER, some of its rows with --row, or with --to everything after it, as a new revision.

    A row whose node came or went takes its links along. Refused, with the rows named, where a later revision changed
    the same rows. What learners worked with is retired, not deleted.
    """
    settings = Settings()
    done = run_on_graph(lambda graph: revert_revisions(graph, number, to, settings.author, why, row or ()), settings)
    _print_settled(done)


@app.command()
def sync(
    json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Take in what was changed by hand in Neo4j Browser: checked, derived structure mended, numbered as a revision.

    `lodestar serve` does this by itself every few seconds.
    """
    settled = run_on_graph(take_in)
    if json:
        print_json(settled)
    else:
        _print_settled(settled)


def rebuild() -> None:
    """Take in edits by hand (lodestar graph sync), then derive all semantic edges and prerequisite counts anew."""
    settings = Settings()
    settled, done = run_on_graph(lambda graph: rebuild_graph(graph, settings.author), settings)
    _print_settled(settled)
    console.print(f"{done.points} points, {done.changed} counts and semantic edges mended")


def _print_settled(settled: SyncResult) -> None:
    if settled.revision is None:
        console.print("nothing was changed by hand")
    else:
        rows = ", ".join(
            f"{new} new, {changed} changed, {gone} gone in {table}"
            for table, (new, changed, gone) in settled.counts.items()
        )
        console.print(f"revision {settled.revision}: {rows}   see lodestar graph diff {settled.revision}")
    print_notes(settled.notes)
