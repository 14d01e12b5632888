"""The commands of whoever runs the platform: demo, train, evaluate, learners, serve, db."""

import typer

from api.cli import db, demo, learners, serve, train


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (demo, train, serve):
        group.register(app)
    app.add_typer(db.app, name="db")
    app.add_typer(learners.app, name="learners")
