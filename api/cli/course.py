"""`lodestar import`, `export`, `courses`: courses into the graph, out of it, and what there is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.importing import import_
from api.cli.session import on_graph
from graph import catalogue, formats
from graph.exporting import read_course

console = Console(soft_wrap=True)
_WRITABLE = [name for name, form in formats.FORMATS.items() if form.writes]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("import")(import_)
    app.command()(export)
    app.command()(courses)


def export(
    course: Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)],
    path: Annotated[Path, typer.Argument(help="The folder or file to write; made if need be.", show_default=False)],
    form: Annotated[
        str | None,
        typer.Option("--to", help=f"The form: {', '.join(_WRITABLE)}; else PATH's name tells.", show_default=False),
    ] = None,
) -> None:
    """Write COURSE into PATH as import reads it: a folder of tables, or another form (--to), e.g. for other tools.

    lodestar export english my-course                 course.json and tables\n
    lodestar export english english.json --to case    a CASE 1.0 framework: other tools read points, tree and prerequisites
    """
    if form not in (None, *_WRITABLE):
        raise typer.BadParameter(f"choose one of {', '.join(_WRITABLE)}", param_hint="--to")
    written = on_graph(lambda graph: read_course(graph, course))
    formats.write(written, path, form)
    console.print(f"{written.title}: {written.rows} rows in {path}", highlight=False)


def courses() -> None:
    """List the courses of the graph."""
    found = on_graph(catalogue.courses)
    if not found:
        console.print("There is no course yet. Import one: lodestar import examples/english", highlight=False)
        return
    table = Table("id", "title", "language", "licence")
    for heading in ("points", "resources", "items"):
        table.add_column(heading, justify="right")
    for course in found:
        counts = (str(course.points), str(course.resources), str(course.items))
        table.add_row(course.id, course.title, course.language or "", course.licence or "", *counts)
    console.print(table)
