"""The commands of whoever looks after models: train, evaluate, advise, strategies, learners."""

import typer

from api.cli import evaluate, learners, train


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (train, evaluate):
        group.register(app)
    app.add_typer(learners.app, name="learners")
