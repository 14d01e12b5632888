"""`lodestar import`, `export`, `courses`, `lint`: bring courses into the graph and out of it, list them, check them.

`lint` reports what is wrong or odd in a course, in the graph or in files.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.cli.runtime import find_running_address, print_json, run_on_graph
from api.cli.tables import add_id_column, add_number_column, add_text_column, print_whole
from graph import catalogue
from graph.connection import Graph
from graph.courses.parsing import ParsedCourse
from graph.courses.validation import check_files
from graph.errors import BadCourse
from graph.formats import registry
from graph.importing import ImportResult, import_course, preview_import, read_course
from graph.lint.findings import REACH_CHECKS, REFUSED_ROWS, LintFinding, list_checks
from graph.lint.linter import WHOLE_GRAPH, lint_files, lint_graph
from graph.revisions.record import Attribution
from services.settings import Settings

console = Console(soft_wrap=True)
FindingsBySource = dict[str, list[LintFinding]]
"""Findings by what was looked at."""

_SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}
_FAILING_SEVERITIES = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
_MAX_IDS = 3


def lint(  # noqa: PLR0913 - each is an option of the command
    what: Annotated[
        str,
        typer.Argument(
            metavar="[COURSE|PATH]",
            help="A course of the graph, or files that need not be imported; without it every course of the graph.",
            show_default=False,
        ),
    ] = "",
    form: Annotated[
        str | None,
        typer.Option(
            "--from", help=f"What PATH holds: {', '.join(registry.FORMATS)}; else its name tells.", show_default=False
        ),
    ] = None,
    check: Annotated[str | None, typer.Option(help="Only this check, with every id.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every id with what is wrong, not the first few.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON, for other programs.")] = False,
    fail_on: Annotated[str, typer.Option(help="What ends with exit code 1: error, warning or never.")] = "error",
    listed: Annotated[bool, typer.Option("--list", help="Say what is checked and how it is mended.")] = False,
) -> None:
    """Report what is wrong or odd in a course: cycles, gaps, broken texts and more. Nothing is changed.

    Each check is also a query, a script in the folder Check of `lodestar browser`. Files need no database.
    """
    _check_choice("--fail-on", fail_on, _FAILING_SEVERITIES)
    _check_choice("--from", form, registry.FORMATS)
    _check_choice("--check", check, [each.name for each in (REFUSED_ROWS, *REACH_CHECKS, *list_checks())])
    if listed:
        _print_checks()
        return
    files = bool(what) and (form is not None or Path(what).exists())
    report = (
        {what: lint_files(registry.read_course_files(Path(what), form), check)}
        if files
        else _lint_stored_course(what, check)
    )
    found = [each for group in report.values() for each in group]
    if as_json:
        print_json(found)
    else:
        _print_findings(report, every or check is not None)
    if any(each.severity in _FAILING_SEVERITIES[fail_on] for each in found):
        raise typer.Exit(1)


def _check_choice(option: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint=option)


def _lint_stored_course(course: str, check: str | None) -> FindingsBySource:
    from services.curation.reach import lint_reach  # loads numpy, which checks of files do not need

    async def read(graph: Graph) -> FindingsBySource:
        report = await lint_graph(graph, course, check)
        for id, found in report.items():
            if id != WHOLE_GRAPH:
                found += await lint_reach(graph, id, check)
        return report

    return run_on_graph(read)


def _print_findings(report: FindingsBySource, every: bool) -> None:
    for name, found in report.items():
        if not found and name != WHOLE_GRAPH:
            console.print(f"{_make_printable(name)}: nothing to mend", markup=False, highlight=False)
        for each in found if every else []:
            _print_finding(name, each)
        if found and not every:
            _print_findings_overview(name, found)
    counts = Counter(each.severity for found in report.values() for each in found)
    if counts:
        said = ", ".join(f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items())
        more = "" if every else "; lodestar lint --check NAME shows every id of one, --all of all"
        console.print(f"{said}{more}", highlight=False)


def _print_findings_overview(name: str, found: list[LintFinding]) -> None:
    """Print each finding with its first ids, a line each: no terminal is too narrow for them."""
    console.print(Text(_make_printable(name), "bold"))
    for each in found:
        console.print(Text(f"{each.check}  {each.severity}  {each.count}", _SEVERITY_COLOURS[each.severity]))
        for id in each.ids[:_MAX_IDS]:
            console.print(f"  {_make_printable(id)}", markup=False, highlight=False)
        if each.count > _MAX_IDS:
            console.print(f"  and {each.count - _MAX_IDS} more")
        console.print(Padding(Text(f"mend it: {each.fix}"), (0, 0, 0, 2)), soft_wrap=False)
    console.print()


def _print_finding(name: str, found: LintFinding) -> None:
    """One finding with all its ids."""
    console.print(
        Text(
            f"{_make_printable(name)}  {found.check}  {found.severity}  {found.count}",
            _SEVERITY_COLOURS[found.severity],
        )
    )
    console.print(f"mend it: {found.fix}", markup=False, highlight=False)
    for id, detail in zip(found.ids, found.detail, strict=True):
        console.print(f"  {_make_printable(id)}  {_make_printable(detail)}".rstrip(), markup=False, highlight=False)


def _make_printable(text: str) -> str:
    """Text that any terminal can show: what it has no sign for becomes the replacement sign."""
    printable = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return printable.encode(console.encoding, "replace").decode(console.encoding)


def _print_checks() -> None:
    table = Table("check", "severity", "what it finds", "how to mend it", show_lines=True)
    for each in (REFUSED_ROWS, *REACH_CHECKS, *list_checks()):
        cells = (Text(each.severity, _SEVERITY_COLOURS[each.severity]), Text(each.summary), Text(each.fix))
        table.add_row(Text(each.name), *cells)
    console.print(table, soft_wrap=False)


def import_(
    path: Annotated[
        Path, typer.Argument(help="A folder with course.json and tables, or a file (see --from).", show_default=False)
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--from", help=f"What PATH holds: {', '.join(registry.FORMATS)}; else its name tells.", show_default=False
        ),
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Only report problems, and what an import would change; write nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where a fifth of the points, resources or questions would go.")
    ] = False,
) -> None:
    """Import a course: all of it or nothing. Importing again changes only what differs.

    What the source has no place for stays: a sheet without questions leaves the course's questions alone.
    """
    if form not in (None, *registry.FORMATS):
        raise typer.BadParameter(f"choose one of {', '.join(registry.FORMATS)}", param_hint="--from")
    import_files(Settings(), path, form, only_check, replace)


def import_files(
    settings: Settings, path: Path, form: str | None = None, only_check: bool = False, replace: bool = False
) -> None:
    """Import the course in these files with a progress bar, or only report its problems."""
    with console.status(f"reading {path}"):
        parsed = registry.read_course_files(path, form)
    for note in parsed.notes:
        console.print(f"note  {note}", markup=False, highlight=False)
    try:
        if only_check:
            _check_import(settings, parsed)
        else:
            with _show_import_bar(parsed.course.rows) as advance:
                done = run_on_graph(
                    lambda graph: import_course(
                        graph, parsed, advance, Attribution(settings.author, "import"), replace
                    ),
                    settings,
                )
            _print_import(done)
    except BadCourse as error:
        _print_problems(error.problems)
        raise typer.Exit(1) from error


def _check_import(settings: Settings, parsed: ParsedCourse) -> None:
    address = find_running_address(settings)
    said = f"{parsed.course.title}: {parsed.course.rows} rows, no problem"
    if address is None:
        if problems := check_files(parsed):
            raise BadCourse(problems)
        console.print(f"{said} (the files alone: the database is not running)", highlight=False)
        return
    found = run_on_graph(lambda graph: preview_import(graph, parsed), settings, address)
    console.print(said, highlight=False)
    if not found.written.is_changed:
        console.print("An import would change nothing: the graph is as the files say.", highlight=False)
        return
    console.print("An import would do this:", highlight=False)
    _print_counts(found)
    for line in found.removals:
        console.print(f"asks for --replace  {line}", markup=False, highlight=False, style="yellow")


def _print_problems(problems: list[str]) -> None:
    for problem in problems:
        console.print(problem, markup=False, highlight=False)
    console.print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was imported", style="red")


def _print_import(done: ImportResult) -> None:
    for note in done.noticed:
        console.print(f"changed by hand before  {note}", markup=False, highlight=False)
    if not done.written.is_changed:
        console.print(f"{done.title}: nothing changed, the graph is as the files say (revision {done.revision})")
        return
    _print_counts(done)
    console.print(
        f"revision {done.revision}   next: lodestar lint {done.course} (what to mend), lodestar browser (look at it)",
        highlight=False,
    )


def _print_counts(done: ImportResult) -> None:
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
    if written.header and sum(written.created.values()) < done.rows:
        console.print("title or settings: changed")


@contextmanager
def _show_import_bar(rows: int) -> Iterator[Callable[[int], None]]:
    """A bar that appears with the first rows written."""
    columns = ("importing", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=rows, visible=False)

        def advance(written: int) -> None:
            progress.update(task, advance=written, visible=True)

        yield advance


_WRITABLE = [name for name, form in registry.FORMATS.items() if form.writer]


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
    written = run_on_graph(lambda graph: read_course(graph, course))
    registry.write_course_files(written, path, form)
    console.print(f"{written.title}: {written.rows} rows in {path}", highlight=False)


def courses() -> None:
    """List the courses of the graph."""
    found = run_on_graph(catalogue.list_courses)
    if not found:
        console.print("There is no course yet. Import one: lodestar import examples/english", highlight=False)
        return
    table = Table()
    add_id_column(table, "id", [course.id for course in found])
    add_text_column(table, "title", [course.title for course in found])
    texts = {"language": [each.language or "" for each in found], "licence": [each.licence or "" for each in found]}
    shown = {heading: values for heading, values in texts.items() if any(values)}
    for heading in shown:
        table.add_column(heading, overflow="fold")
    for heading in ("points", "resources", "items"):
        add_number_column(table, heading, [str(getattr(each, heading)) for each in found])
    for place, course in enumerate(found):
        counts = (str(course.points), str(course.resources), str(course.items))
        table.add_row(course.id, course.title, *(values[place] for values in shown.values()), *counts)
    print_whole(console, table)


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.command()(lint)
    group.command("import")(import_)
    group.command()(export)
    group.command()(courses)
