"""`lodestar db`: start, stop and look at the managed local Neo4j."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from graph.connection import Address, connect
from graph.errors import SetupFailed
from graph.server.download import DownloadProgress, ReportFunction
from services.settings import Settings, get_managed_server, resolve_address

app = typer.Typer(help="The managed local Neo4j: start, stop, status, reset.", no_args_is_help=True)
console = Console(stderr=True)


def register(to: typer.Typer) -> None:
    """Add the commands to `to`."""
    to.add_typer(app, name="db")


def ensure_database(settings: Settings) -> Address:
    """Return where the database is; starts the managed one if need be, with a progress bar for the download."""
    with _show_download_bar() as report:
        return resolve_address(settings, report)


@contextmanager
def _show_download_bar() -> Iterator[ReportFunction]:
    """A bar that appears with the first byte and not before."""
    columns = ("Fetching Neo4j", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = None

        def report(state: DownloadProgress) -> None:
            nonlocal task
            if task is None:
                task = progress.add_task("neo4j", total=state.total)
            progress.update(task, completed=state.done)

        yield report


def describe_browser(settings: Settings) -> list[str]:
    """Return where Neo4j Browser is and how to log in; for a server that is not managed, its address alone."""
    if settings.neo4j_uri is not None:
        return [f"Neo4j          {settings.neo4j_uri}   (from NEO4J_URI)"]
    server = get_managed_server(settings)
    return [
        f"Neo4j Browser  {server.status().browser}",
        f"               user neo4j, password {server.address().password}",
    ]


@app.command()
def start() -> None:
    """Start the managed Neo4j; the first time it is downloaded (about 150 MB)."""
    settings = _read_managed_settings()
    ensure_database(settings)
    _print_status(settings)


@app.command()
def stop() -> None:
    """Stop the managed Neo4j; its data stays."""
    stopped = get_managed_server(_read_managed_settings()).stop()
    print("Neo4j is stopped." if stopped else "Neo4j was not running.")


@app.command()
def status() -> None:
    """Say which Neo4j is used, where it is and how large its data is."""
    settings = Settings()
    address = settings.address()
    if address is None:
        _print_status(settings)
    else:
        print(f"{asyncio.run(_read_version(address))} at {address.uri}, from NEO4J_URI")


@app.command()
def password() -> None:
    """Print the managed Neo4j's password, for Neo4j Browser (the user is neo4j)."""
    print(get_managed_server(_read_managed_settings()).address().password)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete the managed Neo4j's data for good; what was downloaded stays."""
    server = get_managed_server(_read_managed_settings())
    folder = server.layout.root
    if not yes:
        typer.confirm(f"Delete every course and learner in {folder}?", abort=True)
    server.reset()
    print(f"{folder} is deleted; the next start begins with an empty database.")


def _read_managed_settings() -> Settings:
    settings = Settings()
    if settings.neo4j_uri is not None:
        raise SetupFailed(
            f"NEO4J_URI is set to {settings.neo4j_uri}: that server is yours to drive. "
            "Unset it to use the managed local Neo4j."
        )
    return settings


def _print_status(settings: Settings) -> None:
    state = get_managed_server(settings).status()
    print(f"Neo4j {state.version}  {f'running, process {state.pid}' if state.running else 'stopped'}")
    print(f"uri      {state.uri}")
    print(f"browser  {state.browser}  (user neo4j, `lodestar db password` prints the password)")
    print(f"data     {state.folder}  ({state.data_bytes / 1e6:.1f} MB)")


async def _read_version(address: Address) -> str:
    async with connect(address) as graph:
        return await graph.ping()
