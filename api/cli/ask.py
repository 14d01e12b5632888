"""`lodestar ask` and `lodestar tables`: the ready questions of analysts, their own Cypher, and the graph as Parquet."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from api import asking
from api.answer_forms import form_of
from api.cli import answers
from api.cli.db import ensure
from api.settings import Settings
from graph.asking import ROWS, SECONDS
from graph.connection import Graph, connect
from graph.errors import Invalid

T = TypeVar("T")
console = Console(soft_wrap=True, highlight=False)
LOOSE = {"ignore_unknown_options": True}

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME] [--PARAMETER VALUE]...",
        help="Which question, and its parameters; without a name all are listed.",
        show_default=False,
    ),
]
Out = Annotated[Path | None, typer.Option(help="Write the answer there; its ending says the form.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(context_settings=LOOSE)(ask)
    app.command()(tables)


def ask(  # noqa: PLR0913 (a command's options are its arguments)
    question: Words = None,
    cypher: Annotated[str | None, typer.Option(help="Your own question instead.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option(help="A file with your own question.", show_default=False)] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="table, csv, json or parquet.", show_default=False)
    ] = None,
    out: Out = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the answer into a .png or .svg.", show_default=False)] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds before it is stopped.")] = SECONDS,
    rows: Annotated[int, typer.Option(min=1, help="Rows that are read at most.")] = ROWS,
    show: Annotated[bool, typer.Option("--show", help="Print the Cypher for Neo4j Browser; ask nothing.")] = False,
) -> None:
    """Ask the graph: a ready question by name, or your own Cypher, read-only; without a name the questions are listed.

    Each parameter of a question is an option: lodestar ask stuck_points --course english --limit 5. The course may be
    left out where there is only one. Your own question takes its $parameters the same way.
    """
    name, given = asking.words(question or [])
    own = _own(name, cypher, file)
    if own is None and name is None:
        _no_options(given)
        answers.list_questions()
        return
    wanted = answers.Wanted(form_of(form, out), out, plot)
    limits = asking.Limits(timeout, rows)
    if own is not None:
        wanted.check_plot("")
        answers.show_cypher(own, given) if show else wanted.give(
            on_read(lambda g: asking.ask_own(g, own, given, limits))
        )
        return
    ready = asking.find(name or "")
    wanted.check_plot(ready.plot)
    if show:
        answers.show_ready(ready, given)
        return
    wanted.give(on_read(lambda graph: asking.ask_ready(graph, ready, given, limits)), ready.plot, ready.name)


def tables(
    folder: Annotated[Path, typer.Argument(help="Where to; must be new or empty.", show_default=False)],
) -> None:
    """Write the whole graph into FOLDER as Parquet: a file for each label and for each type of relationship."""
    answers.write_graph(folder, on_read)


def on_read(unit: Callable[[Graph], Awaitable[T]]) -> T:
    """Run `unit` on the deployment's graph as it is: unlike other commands this one migrates nothing."""

    async def run() -> T:
        async with connect(ensure(Settings())) as graph:
            return await unit(graph)

    return asyncio.run(run())


def _own(name: str | None, cypher: str | None, file: Path | None) -> str | None:
    given = [each for each in (name, cypher, file) if each is not None]
    if len(given) > 1:
        raise Invalid("Ask one thing at a time: a ready question by name, --cypher TEXT, or --file FILE.")
    if file is None:
        return cypher
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as text: {error}") from error


def _no_options(given: dict[str, str]) -> None:
    if given:
        raise Invalid(f"--{min(given)} belongs to a question: lodestar ask NAME --{min(given)} …", min(given))
