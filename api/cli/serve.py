"""`lodestar serve`: run the HTTP API, and print the addresses to open."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from api.cli.database import describe_browser, ensure_database
from api.http.app import create_app
from api.http.security import ensure_api_key
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from services.settings import Settings

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
    run_server(settings.model_copy(update={"host": host or settings.host, "port": port or settings.port}))


def make_context_factory(settings: Settings) -> ContextFactory:
    """Make the service on the deployment's database."""
    return ContextFactory(
        ensure_database(settings),
        ArtifactStore.from_settings(settings),
        settings.strategy_budget_ms / 1000,
        settings.watch_seconds,
    )


def run_server(settings: Settings, path: Path | None = None) -> None:
    """Print the addresses, then serve on the settings' host and port."""
    app = create_app(make_context_factory(settings), ensure_api_key(settings), settings.origins())
    print_addresses(settings, path)
    console.print("Ctrl-C ends the API; Neo4j goes on until `lodestar db stop`.")
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)


def print_addresses(settings: Settings, path: Path | None = None) -> None:
    """Print the addresses to open in a browser."""
    console.print(f"API docs       http://{settings.host}:{settings.port}/docs   (served by `lodestar serve`)")
    console.print(f"API key        {ensure_api_key(settings)}   (send it as X-API-Key; kept in {settings.config})")
    for line in describe_browser(settings):
        console.print(line)
    if path:
        console.print(f"saved path     {path.as_uri()}")
