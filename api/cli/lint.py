"""`lodestar lint`: what is wrong or odd in a course, in the graph or in files."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
