"""The commands of whoever runs the platform: demo, serve, db, browser."""

import typer

from api.cli import browse, db, demo, serve


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for group in (demo, serve, browse):
        group.register(app)
    app.add_typer(db.app, name="db")
