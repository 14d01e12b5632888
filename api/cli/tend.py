"""The commands of content teams and analysts: import, export, rebuild, courses, lint, propose, review, graph, ask."""

import typer

from api.cli import ask, course, lint, review, versions


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (course, lint, review, versions, ask):
        group.register(app)
