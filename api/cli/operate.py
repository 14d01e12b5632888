"""The commands of whoever runs the platform: demo, serve, db."""

import typer

from api.cli import db, demo, serve


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (demo, serve):
        group.register(app)
    app.add_typer(db.app, name="db")
