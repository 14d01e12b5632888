"""`lodestar export`: a course of the graph as files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.session import on_graph
from graph import formats
from graph.exporting import read_course

console = Console(soft_wrap=True)
_WRITABLE = [name for name, form in formats.FORMATS.items() if form.writes]


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
    lodestar export english english.json --to case    a CASE 1.0 framework, also for other tools
    """
    if form not in (None, *_WRITABLE):
        raise typer.BadParameter(f"choose one of {', '.join(_WRITABLE)}", param_hint="--to")
    written = on_graph(lambda graph: read_course(graph, course))
    formats.write(written, path, form)
    console.print(f"{written.title}: {written.rows} rows in {path}", highlight=False)
