"""`lodestar ask`: the ready questions of analysts, as a table, CSV, JSON, Parquet or a plot."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
