"""`lodestar browser`: saved scripts and a style for Neo4j Browser, and how to load them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.session import on_graph
from graph import browser, catalogue
from graph.connection import Graph
from graph.errors import NotFound

console = Console(soft_wrap=True, highlight=False)
SCRIPTS = "lodestar-scripts.zip"
STYLE = "lodestar-style.grass"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("browser")(browse)


def browse(
    folder: Annotated[Path, typer.Argument(help="Where to write the two files; made if need be.")] = Path(),
    course: Annotated[str | None, typer.Option(help="The course that the scripts begin with; the first one.")] = None,
) -> None:
    """Write saved scripts and a style for Neo4j Browser, and say how to load them."""
    chosen = on_graph(lambda graph: _course(graph, course))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCRIPTS).write_bytes(browser.archive(chosen))
    (folder / STYLE).write_text(browser.style(), encoding="utf-8")
    console.print(f"{folder / SCRIPTS}   {len(browser.scripts(chosen))} saved scripts about {chosen}")
    console.print(f"{folder / STYLE}   colours and captions")
    console.print(
        "Open Neo4j Browser (`lodestar db status` says where) and drop both files onto it, one after the other."
    )
    console.print("The scripts are under the star. Run `0 parameters` first, then any other.")


async def _course(graph: Graph, course: str | None) -> str:
    """Raises `NotFound` for a course that is not there."""
    ids = [summary.id for summary in await catalogue.courses(graph)]
    if course not in (None, *ids):
        raise NotFound("course", str(course))
    return course or (ids[0] if ids else "course")
