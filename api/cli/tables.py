"""`lodestar tables`: the whole graph as Parquet files, for pandas, polars, DuckDB and PyG."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from api.cli.session import on_read
from graph.tables import write_tables

console = Console(soft_wrap=True, highlight=False)


def tables(
    folder: Annotated[Path, typer.Argument(help="Where to; must be new or empty.", show_default=False)],
) -> None:
    """Write the whole graph into FOLDER as Parquet: a file for each label and for each type of relationship."""
    columns = ("writing", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("tables", total=None)

        def report(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        written = on_read(lambda graph: write_tables(graph, folder, report))
    nodes, edges = sum(written.nodes.values()), sum(written.edges.values())
    console.print(f"{nodes:,} nodes and {edges:,} relationships in {folder}", markup=False)
