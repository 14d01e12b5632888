"""`lodestar import`: check a course folder and bring the graph to what it says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from api.cli.session import on_graph, running_address
from api.settings import Settings
from graph import formats
from graph.errors import BadCourse
from graph.importing import By, Imported, Parsed, check_course, check_files, import_course

console = Console(soft_wrap=True)


def import_(
    path: Annotated[
        Path, typer.Argument(help="A folder with course.json and tables, or a file (see --from).", show_default=False)
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--from", help=f"What PATH holds: {', '.join(formats.FORMATS)}; else its name tells.", show_default=False
        ),
    ] = None,
    only_check: Annotated[bool, typer.Option("--check", help="Only report problems; write nothing.")] = False,
) -> None:
    """Import a course: all of it or nothing. Importing again changes only what differs."""
    if form not in (None, *formats.FORMATS):
        raise typer.BadParameter(f"choose one of {', '.join(formats.FORMATS)}", param_hint="--from")
    with console.status(f"reading {path}"):
        parsed = formats.read(path, form)
    for note in parsed.notes:
        console.print(f"note  {note}", markup=False, highlight=False)
    try:
        if only_check:
            _check(parsed)
        else:
            with _bar(parsed.course.rows) as advance:
                done = on_graph(lambda graph: import_course(graph, parsed, advance, By(Settings().author, "import")))
            _show(done)
    except BadCourse as error:
        _complain(error.problems)
        raise typer.Exit(1) from error


def _check(parsed: Parsed) -> None:
    address = running_address()
    problems = on_graph(lambda graph: check_course(graph, parsed), address) if address else check_files(parsed)
    if problems:
        raise BadCourse(problems)
    against = "" if address else " (the files alone: the database is not running)"
    console.print(f"{parsed.course.title}: {parsed.course.rows} rows, no problem{against}", highlight=False)


def _complain(problems: list[str]) -> None:
    for problem in problems:
        console.print(problem, markup=False, highlight=False)
    console.print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was imported", style="red")


def _show(done: Imported) -> None:
    for note in done.noticed:
        console.print(f"changed by hand before  {note}", markup=False, highlight=False)
    if not done.written.anything:
        console.print(f"{done.title}: nothing changed, the graph is as the files say (revision {done.revision})")
        return
    table = Table("table", title=done.title, title_justify="left")
    for heading in ("new", "changed", "gone"):
        table.add_column(heading, justify="right")
    written = done.written
    for name in written.created:
        counts = (written.created[name], written.changed[name], written.gone[name])
        table.add_row(name, *(str(count) if count else "" for count in counts))
    console.print(table)
    if written.retired:
        console.print(f"{written.retired} of what is gone is part of learners' histories and stays, retired")
    console.print(f"revision {done.revision}   next: lodestar train {done.course}", highlight=False)


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    """A bar that appears with the first rows written."""
    columns = ("importing", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=rows, visible=False)

        def advance(written: int) -> None:
            progress.update(task, advance=written, visible=True)

        yield advance
