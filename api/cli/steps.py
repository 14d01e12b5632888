"""`lodestar recommend` and `lodestar path`: the next step, and all of them."""

import typer

from api.cli import follow, recommend


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (recommend, follow):
        group.register(app)
