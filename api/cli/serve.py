"""`lodestar serve`: the HTTP API, with a word about where to click."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from api.cli.db import browser_lines, ensure
from api.http.app import create_app
from api.keys import api_key
from api.service import Service
from api.settings import Settings

console = Console(soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; LODESTAR_HOST without it.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; LODESTAR_PORT without it.")] = None,
) -> None:
    """Serve the API until Ctrl-C; starts the managed Neo4j if there is no other."""
    settings = Settings()
    run(settings.model_copy(update={"host": host or settings.host, "port": port or settings.port}))


def service(settings: Settings) -> Service:
    """The service on the deployment's database."""
    return Service(ensure(settings), settings.trained(), settings.strategy_budget_ms / 1000, settings.watch_seconds)


def run(settings: Settings, path: Path | None = None) -> None:
    """Say where to click, then serve on the settings' host and port."""
    app = create_app(service(settings), api_key(settings))
    where(settings, path)
    console.print("Ctrl-C ends the API; Neo4j goes on until `lodestar db stop`.")
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)


def where(settings: Settings, path: Path | None = None) -> None:
    """The places a person can look at."""
    console.print(f"API docs       http://{settings.host}:{settings.port}/docs   (served by `lodestar serve`)")
    console.print(f"API key        {api_key(settings)}   (send it as X-API-Key; kept in {settings.config})")
    for line in browser_lines(settings):
        console.print(line)
    if path:
        console.print(f"saved path     {path.as_uri()}")


__all__ = ["Settings", "register", "run", "serve", "service", "where"]
