"""The commands around one learner: learner, diagnostic, recommend, outcome, path, mastery, history, skip."""

import typer

from api.cli import diagnose, learner, outcome, progress, steps


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (learner, diagnose, steps, outcome, progress):
        group.register(app)
