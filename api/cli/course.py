"""`lodestar import`, `export`, `courses`: courses into the graph, out of it, and what there is."""

import typer
from rich.console import Console
from rich.table import Table

from api.cli.exporting import export
from api.cli.importing import import_
from api.cli.session import on_graph
from graph import catalogue

console = Console(soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("import")(import_)
    app.command()(export)
    app.command()(courses)


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
