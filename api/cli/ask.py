"""`lodestar ask`: the ready questions of analysts and their own, as a table, CSV, JSON, Parquet or a plot."""

from pathlib import Path
from typing import Annotated

import typer

from api import asking, question_words
from api.cli import answers
from api.cli.session import on_read
from api.cli.tables import tables

LOOSE = {"ignore_unknown_options": True}

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME] [--PARAMETER VALUE]",
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
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds before it is stopped.")] = asking.Limits.timeout,
    rows: Annotated[int, typer.Option(min=1, help="Rows that are read at most.")] = asking.Limits.rows,
    show: Annotated[bool, typer.Option("--show", help="Print the Cypher for Neo4j Browser; ask nothing.")] = False,
) -> None:
    """Ask the graph: a ready question by name, or your own Cypher, read-only; without a name the questions are listed.

    Each parameter of a question is an option: lodestar ask stuck_points --course english --limit 5. The course may be
    left out where there is only one. Your own question takes its $parameters the same way.
    """
    name, given = question_words.words(question or [])
    own = question_words.own_text(name, cypher, file)
    if own is None and name is None:
        question_words.no_options(given)
        answers.list_questions()
        return
    wanted, limits = answers.Wanted.of(form, out, plot), asking.Limits(timeout, rows)
    if own is not None:
        wanted.check_plot("")
        if show:
            print(question_words.for_browser(own, given))
        else:
            wanted.give(on_read(lambda graph: asking.ask_own(graph, own, given, limits)))
        return
    ready = question_words.find(name or "")
    wanted.check_plot(ready.plot)
    if show:
        print(question_words.ready_for_browser(ready, given))
    else:
        wanted.give(on_read(lambda graph: asking.ask_ready(graph, ready, given, limits)), ready.plot, ready.name)
