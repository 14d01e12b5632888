"""`lodestar propose` and `lodestar review`: proposed prerequisites and relations, and what a person says of them."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
