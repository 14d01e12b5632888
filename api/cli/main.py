"""The `lodestar` command: import each command's module when it is asked for, and turn domain errors into exit codes."""

import sys
from importlib import import_module
from typing import Any

import typer.main
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from graph.errors import (
    BadCourse,
    Conflict,
    GraphRefused,
    GraphUnavailable,
    Invalid,
    LodestarError,
    NoStrategyAvailable,
    NotFound,
    SetupFailed,
)
from graph.query_parts import BadQuery

REFUSED, TRY_AGAIN = 1, 75
"""Exit codes: 75 (EX_TEMPFAIL of sysexits) where the same command may work later, 1 for everything else."""

EXIT_CODE_BY_ERROR: dict[type[LodestarError], int] = {
    NotFound: REFUSED,
    Conflict: REFUSED,
    Invalid: REFUSED,
    BadCourse: REFUSED,
    GraphUnavailable: TRY_AGAIN,
    GraphRefused: REFUSED,
    NoStrategyAvailable: TRY_AGAIN,
    SetupFailed: REFUSED,
    BadQuery: REFUSED,
}

MODULES = {
    "demo": ("demo",),
    "serve": ("serve",),
    "database": ("db",),
    "courses": ("import", "export", "courses", "lint"),
    "revisions": ("graph", "rebuild"),
    "proposals": ("propose", "review"),
    "analysis": ("ask", "tables", "browser"),
    "training": ("train",),
    "evaluation": ("evaluate", "advise", "strategies"),
    "learner_models": ("learners",),
    "learner": ("learner", "skip", "outcome", "mastery", "history"),
    "diagnostic": ("diagnostic",),
    "recommendations": ("recommend", "dismiss", "path"),
}
"""The commands that each module of this package registers."""


class LazyGroup(TyperGroup):
    """A group that imports the module of the command alone: commands on courses do not wait for torch."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [name for names in MODULES.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command; None for an unknown one."""
        module = next((module for module, names in MODULES.items() if cmd_name in names), None)
        if module is None:
            return None
        group = typer.Typer()
        import_module(f"api.cli.{module}").register(group)
        return typer.main.get_group(group).commands[cmd_name]


app = typer.Typer(
    cls=LazyGroup,
    name="lodestar",
    help="Recommends what a person should learn next, and the path from there to their goal.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def root() -> None:
    """Recommends what a person should learn next, and the path from there to their goal."""


def main() -> None:
    """Run the command; print a refusal as one red sentence, without a traceback, and exit with its code."""
    try:
        app()
    except LodestarError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]error[/red]  {escape(str(error))}", highlight=False)
        codes = (EXIT_CODE_BY_ERROR[kind] for kind in type(error).__mro__ if kind in EXIT_CODE_BY_ERROR)
        sys.exit(next(codes, REFUSED))
