"""`lodestar graph`: the revisions of the curated graph, what they changed, and how to undo one; `lodestar rebuild`."""

from typing import Annotated

import typer

from api.cli.session import on_graph, print_json
from api.cli.version_lines import console, print_log, print_notes, print_rows
from api.revisions import Settled, between, log_of, rebuilt, reverted
from api.revisions import sync as take_in
from api.settings import Settings

app = typer.Typer(help="The curated graph's revisions: log, diff, revert, sync.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="A revision's number, see `lodestar graph log`.", show_default=False)]


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
    found = on_graph(lambda graph: log_of(graph, course, limit))
    if json:
        print_json(found)
    elif found:
        print_log(found)
    else:
        console.print("Nothing has changed yet. Import a course: lodestar import examples/english")


@app.command()
def diff(
    number: Number,
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
    rows = on_graph(lambda graph: between(graph, number, until))
    if json:
        print_json(rows)
    elif rows:
        print_rows(rows, limit)
    else:
        console.print("No row differs.")


@app.command()
def revert(
    number: Number,
    to: Annotated[bool, typer.Option("--to", help="Go back to the state after NUMBER (0: before all).")] = False,
    why: Annotated[str, typer.Option(help="Kept with the new revision.")] = "",
) -> None:
    """Undo revision NUMBER, or with --to everything after it, as a new revision. Refused, with the rows named, where a
    later revision changed the same rows. What learners worked with is retired, not deleted.
    """
    author = Settings().author
    _told(on_graph(lambda graph: reverted(graph, number, to, author, why)))


@app.command()
def sync(
    json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Take in what was changed by hand in Neo4j Browser: checked, derived structure mended, numbered as a revision.

    `lodestar serve` does this by itself every few seconds.
    """
    settled = on_graph(take_in)
    if json:
        print_json(settled)
    else:
        _told(settled)


def rebuild() -> None:
    """Take in edits by hand (lodestar graph sync), then derive all semantic edges and prerequisite counts anew."""
    author = Settings().author
    settled, done = on_graph(lambda graph: rebuilt(graph, author))
    _told(settled)
    console.print(f"{done.points} points, {done.changed} counts and semantic edges mended")


def _told(settled: Settled) -> None:
    if settled.revision is None:
        console.print("nothing was changed by hand")
    else:
        rows = ", ".join(
            f"{new} new, {changed} changed, {gone} gone in {table}"
            for table, (new, changed, gone) in settled.counts.items()
        )
        console.print(f"revision {settled.revision}: {rows}   see lodestar graph diff {settled.revision}")
    print_notes(settled.notes)
