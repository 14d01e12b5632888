"""`lodestar recommend`, `path` and `skip`: the next step, all of them, and whether one may be left out."""

import typer

from api.cli import follow, recommend, skip


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (recommend, follow, skip):
        group.register(app)
