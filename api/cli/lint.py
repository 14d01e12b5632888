"""`lodestar lint`: what is wrong or odd in a course, in the graph or in files."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.session import on_graph, print_json
from graph import formats
from graph.lint.files import lint_files
from graph.lint.findings import REFUSED, Finding, checks
from graph.lint.linting import WHOLE, lint_graph

console = Console(soft_wrap=True)
Report = dict[str, list[Finding]]
"""Findings by what was looked at."""

_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}
_FAILS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
_COLUMNS: dict[str, dict[str, Any]] = {
    "check": {"no_wrap": True},
    "severity": {"no_wrap": True},
    "count": {"justify": "right"},
    "ids": {"overflow": "fold", "ratio": 3},
    "how to mend it": {"ratio": 2},
}
_FEW = 3


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(lint)


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
            "--from", help=f"What PATH holds: {', '.join(formats.FORMATS)}; else its name tells.", show_default=False
        ),
    ] = None,
    check: Annotated[str | None, typer.Option(help="Only this check, with every id.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every id with what is wrong, not the first few.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON, for other programs.")] = False,
    fail_on: Annotated[str, typer.Option(help="What ends with exit code 1: error, warning or never.")] = "error",
    listed: Annotated[bool, typer.Option("--list", help="Say what is checked and how it is mended.")] = False,
) -> None:
    """Report what is wrong or odd in a course: cycles, gaps, broken texts and more. Nothing is changed.

    Each check is also a query, cypher/lint/NAME.cypher, to paste into Neo4j Browser. Files need no database.
    """
    _one_of("--fail-on", fail_on, _FAILS)
    _one_of("--from", form, formats.FORMATS)
    _one_of("--check", check, [each.name for each in (REFUSED, *checks())])
    if listed:
        _list()
        return
    files = bool(what) and (form is not None or Path(what).exists())
    report = {what: lint_files(formats.read(Path(what), form), check)} if files else _stored(what, check)
    found = [each for group in report.values() for each in group]
    if as_json:
        print_json(found)
    else:
        _show(report, every or check is not None)
    if any(each.severity in _FAILS[fail_on] for each in found):
        raise typer.Exit(1)


def _one_of(option: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint=option)


def _stored(course: str, check: str | None) -> Report:
    return on_graph(lambda graph: lint_graph(graph, course, check))


def _show(report: Report, every: bool) -> None:
    for name, found in report.items():
        if not found and name != WHOLE:
            console.print(f"{_clean(name)}: nothing to mend", markup=False, highlight=False)
        for each in found if every else []:
            _spell(name, each)
        if found and not every:
            _table(name, found)
    counts = Counter(each.severity for found in report.values() for each in found)
    if counts:
        said = ", ".join(f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items())
        more = "" if every else "; lodestar lint --check NAME shows every id of one, --all of all"
        console.print(f"{said}{more}", highlight=False)


def _table(name: str, found: list[Finding]) -> None:
    table = Table(title=_clean(name), title_justify="left", box=SIMPLE, padding=(0, 1))
    for heading, options in _COLUMNS.items():
        table.add_column(heading, **options)
    for each in found:
        ids = [_clean(id) for id in each.ids[:_FEW]]
        more = [f"and {each.count - _FEW} more"] if each.count > _FEW else []
        cells = (Text(each.check), Text(each.severity, _COLOURS[each.severity]), Text(str(each.count)))
        table.add_row(*cells, Text("\n".join(ids + more)), Text(each.fix))
    console.print(table, soft_wrap=False)


def _spell(name: str, found: Finding) -> None:
    """One finding with all its ids."""
    console.print(Text(f"{_clean(name)}  {found.check}  {found.severity}  {found.count}", _COLOURS[found.severity]))
    console.print(f"mend it: {found.fix}", markup=False, highlight=False)
    for id, detail in zip(found.ids, found.detail, strict=True):
        console.print(f"  {_clean(id)}  {_clean(detail)}".rstrip(), markup=False, highlight=False)


def _clean(text: str) -> str:
    """Text that any terminal can show: what it has no sign for becomes the replacement sign."""
    printable = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return printable.encode(console.encoding, "replace").decode(console.encoding)


def _list() -> None:
    table = Table("check", "severity", "what it finds", "how to mend it", show_lines=True)
    for each in (REFUSED, *checks()):
        cells = (Text(each.severity, _COLOURS[each.severity]), Text(each.summary), Text(each.fix))
        table.add_row(Text(each.name), *cells)
    console.print(table, soft_wrap=False)
