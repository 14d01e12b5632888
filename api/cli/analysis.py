"""`lodestar ask`, `tables`, `browser`: questions of analysts, the graph as Parquet, scripts for Neo4j Browser.

`ask` answers ready questions and own Cypher as a table, CSV, JSON, Parquet or a plot. `tables` writes the whole graph
as Parquet files, for pandas, polars, DuckDB and PyG. `browser` writes saved scripts and a style for Neo4j Browser,
and says how to load them.
"""

from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.cli.database import describe_browser
from api.cli.runtime import run_on_graph, run_on_graph_as_is
from api.cli.tables import add_id_column, add_number_column, add_text_column, print_whole
from graph import catalogue
from graph.analysis import browser, ready
from graph.analysis.ad_hoc import QueryResult
from graph.analysis.parquet import write_tables
from graph.connection import Graph
from graph.errors import Invalid, NotFound
from services.analysis import output, questions
from services.analysis.output import choose_format, format_cell, format_csv, format_json, save_answer
from services.settings import Settings

console = Console(highlight=False)
notes_console = Console(stderr=True, highlight=False, soft_wrap=True)


class AnswerOutput(NamedTuple):
    """The file and the form of an answer."""

    form: str
    out: Path | None
    plot: Path | None

    @classmethod
    def of(cls, form: str | None, out: Path | None, plot: Path | None) -> "AnswerOutput":
        """Make the output with the form that was asked for, else the form of the file's name; raises `Invalid`."""
        return cls(choose_format(form, out), out, plot)

    def check_plot(self, told: str) -> None:
        """Raise `Invalid` where a plot is wanted of a question without one."""
        if self.plot is not None and not told:
            having = ", ".join(each.name for each in ready.list_questions() if each.plot)
            raise Invalid(f"This has no picture; these questions have one: {having}.", "plot")

    def give(self, answer: QueryResult) -> None:
        """Print or write the answer, and say when it was cut."""
        if self.out is not None:
            save_answer(answer, self.form, self.out)
            notes_console.print(f"{len(answer.rows):,} rows in {self.out}", markup=False)
        else:
            _print_answer(answer, self.form)
        if answer.is_truncated:
            notes_console.print(f"cut after {len(answer.rows):,} rows; there is more: --rows NUMBER", style="yellow")

    def draw(self, answer: questions.ReadyAnswer) -> None:
        """Draw the answer of a ready question, if a picture is wanted."""
        if self.plot is not None:
            output.plot_question(answer.all_rows, answer.question, answer.limit, self.plot)
            notes_console.print(f"picture in {self.plot}", markup=False)


def _print_answer(answer: QueryResult, form: str) -> None:
    if form == "csv":
        print(format_csv(answer), end="")
    elif form == "json":
        print(format_json(answer), end="")
    elif not answer.rows:
        console.print("Nothing found.")
    else:
        table = Table(box=None, header_style="bold")
        for column, values in zip(answer.columns, zip(*answer.rows, strict=True), strict=True):
            texts = [_format_value(value) for value in values]
            if all(isinstance(value, int | float | None) for value in values):
                add_number_column(table, column, texts)
            elif any(" " in text for text in texts):
                add_text_column(table, column, texts)
            else:  # ids and single words
                add_id_column(table, column, texts)
        for row in answer.rows:
            table.add_row(*(Text(_format_value(value)) for value in row))
        print_whole(console, table)


def _format_value(value: Any) -> str:
    """A value in a table: lists without quotes, moments to the minute."""
    if isinstance(value, list):
        return ", ".join(format_cell(each) for each in value)
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") and hasattr(value, "year") else format_cell(value)


def print_questions() -> None:
    """Print the ready questions by group, each with one line and its parameters."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    order = ready.GROUPS.index
    for group, found in groupby(
        sorted(ready.list_questions(), key=lambda q: (order(q.group), q.name)), lambda q: q.group
    ):
        table.add_row(f"[bold]{group}[/bold]")
        for each in found:
            says = each.summary.partition(": ")[0].partition(". ")[0].rstrip(".")
            table.add_row(f"  {each.name}", says, " ".join(f"--{key.replace('_', '-')}" for key in each.params))
    console.print(table)
    console.print("lodestar ask NAME --PARAMETER VALUE; --show prints the Cypher; --cypher asks your own question.")


SCRIPTS_FILE = "lodestar-scripts.zip"
STYLE_FILE = "lodestar-style.grass"


def browse(
    folder: Annotated[Path, typer.Argument(help="Where to write the two files; made if need be.")] = Path(),
    course: Annotated[str | None, typer.Option(help="The course that the scripts begin with; the first one.")] = None,
) -> None:
    """Write saved scripts and a style for Neo4j Browser, and say how to load them."""
    settings = Settings()
    chosen, examples = run_on_graph(lambda graph: _choose_examples(graph, course), settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCRIPTS_FILE).write_bytes(browser.pack_scripts(chosen, {**examples, "by": settings.author}))
    (folder / STYLE_FILE).write_text(browser.render_style(), encoding="utf-8")
    console.print(
        f"{folder / SCRIPTS_FILE}   {len(browser.list_scripts(chosen))} saved scripts about {chosen}", soft_wrap=True
    )
    console.print(f"{folder / STYLE_FILE}   colours and captions", soft_wrap=True)
    for line in describe_browser(settings):
        console.print(line, soft_wrap=True, markup=False)
    console.print("Log in and drop both files onto Neo4j Browser, one after the other.", soft_wrap=True)
    console.print("The scripts are under the star. Run `0 parameters` first, then any other.", soft_wrap=True)


async def _choose_examples(graph: Graph, course: str | None) -> tuple[str, dict[str, Any]]:
    """Return the course and values of the scripts' parameters from it. Raises `NotFound` for an unknown course."""
    chosen = await _choose_course(graph, course)
    return chosen, await browser.read_examples(graph, chosen)


async def _choose_course(graph: Graph, course: str | None) -> str:
    """Raises `NotFound` for a course that is not there."""
    ids = [summary.id for summary in await catalogue.list_courses(graph)]
    if course not in (None, *ids):
        raise NotFound("course", str(course))
    return course or (ids[0] if ids else "course")


def tables(
    folder: Annotated[Path, typer.Argument(help="Where to; must be new or empty.", show_default=False)],
) -> None:
    """Write the whole graph into FOLDER as Parquet: a file for each label and for each type of relationship."""
    columns = ("writing", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("tables", total=None)

        def report(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        written = run_on_graph_as_is(lambda graph: write_tables(graph, folder, report))
    nodes, edges = sum(written.nodes.values()), sum(written.edges.values())
    console.print(f"{nodes:,} nodes and {edges:,} relationships in {folder}", markup=False, soft_wrap=True)


ALLOW_UNKNOWN_OPTIONS = {"ignore_unknown_options": True}

QuestionArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME] [--PARAMETER VALUE]",
        help="Which question, and its parameters; without a name all are listed.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(help="Write the answer there; its ending says the form.", show_default=False)
]


def ask(  # noqa: PLR0913 (a command's options are its arguments)
    question: QuestionArgument = None,
    cypher: Annotated[str | None, typer.Option(help="Your own question instead.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option(help="A file with your own question.", show_default=False)] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="table, csv, json or parquet.", show_default=False)
    ] = None,
    out: OutOption = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the answer into a .png or .svg.", show_default=False)] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds before it is stopped.")
    ] = questions.QueryLimits.timeout,
    rows: Annotated[int, typer.Option(min=1, help="Rows that are read at most.")] = questions.QueryLimits.rows,
    show: Annotated[bool, typer.Option("--show", help="Print the Cypher for Neo4j Browser; ask nothing.")] = False,
) -> None:
    """Ask the graph: a ready question by name, or your own Cypher, read-only; without a name the questions are listed.

    Each parameter of a question is an option: lodestar ask stuck_points --course english --limit 5. The course may be
    left out where there is only one. Your own question takes its $parameters the same way.
    """
    name, given = questions.parse_words(question or [])
    own = questions.read_own_question(name, cypher, file)
    if own is None and name is None:
        questions.refuse_options(given)
        print_questions()
        return
    wanted, limits = AnswerOutput.of(form, out, plot), questions.QueryLimits(timeout, rows)
    if own is not None:
        wanted.check_plot("")
        if show:
            print(questions.format_for_browser(own, given))
        else:
            own_answer = run_on_graph_as_is(lambda graph: questions.ask_own(graph, own, given, limits))
            wanted.give(own_answer)
            for warning in own_answer.warnings:
                notes_console.print(f"Neo4j warns: {warning}", style="yellow", markup=False)
        return
    ready = questions.find_question(name or "")
    wanted.check_plot(ready.plot)
    if show:
        print(questions.format_ready_for_browser(ready, given))
    else:
        answer = run_on_graph_as_is(
            lambda graph: questions.ask_ready(graph, ready, given, limits, every_row=plot is not None)
        )
        wanted.give(answer.rows)
        if answer.has_more:
            notes_console.print(f"the first {answer.limit:,} rows; there is more: --limit NUMBER", style="yellow")
        wanted.draw(answer)


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.command("browser")(browse)
    group.command(context_settings=ALLOW_UNKNOWN_OPTIONS)(ask)
    group.command()(tables)
