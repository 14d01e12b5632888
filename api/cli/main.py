"""The `lodestar` command: mounts every group of commands and turns domain errors into exit codes."""

import sys

import typer
from rich.console import Console
from rich.markup import escape

from api.cli import learn, measure, operate, tend
from graph.errors import LodestarError

app = typer.Typer(
    name="lodestar",
    help="Recommends what a person should learn next, and the path from there to their goal.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for group in (operate, measure, tend, learn):
    group.register(app)


def main() -> None:
    """Entry point: a refusal is one red sentence and exit code 1, not a traceback."""
    try:
        app()
    except LodestarError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]error[/red]  {escape(str(error))}", highlight=False)
        sys.exit(1)
