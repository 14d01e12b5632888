"""`lodestar graph`: the revisions of the curated graph, what they changed, and how to undo one."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
