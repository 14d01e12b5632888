"""`lodestar demo`: the whole loop once, on a real Neo4j and a real course."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api import demo as scene
from api.cli import evaluate, importing, serve
from api.cli.path_lines import print_path

console = Console(soft_wrap=True, highlight=False)
EXAMPLES = Path(__file__).parents[2] / "examples"
COURSE, GOAL = "english", "english/present-perfect-for-since"
STEPS, LEARNERS = 24_576, 1_000


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API at the end.")] = True,
) -> None:
    """Import the English course, train a small policy, take a learner through a diagnostic, print the path, serve."""
    settings = serve.Settings()
    console.rule("1  the course")
    importing.import_(EXAMPLES / COURSE)
    console.rule("2  the policy")
    evaluate.first_policy(COURSE, STEPS, LEARNERS)
    console.rule("3  a learner")
    shown = asyncio.run(scene.show(serve.service(settings), COURSE, GOAL))
    diagnostic, path = shown.diagnostic, shown.path
    console.print(f"diagnostic  {diagnostic.right} of {diagnostic.answered} right, on the way to {path.goals[0].name}")
    file = settings.home / "paths" / f"{path.learner}.html"
    print_path(path, file)
    console.rule("4  your turn")
    serve.run(settings, file) if serving else serve.where(settings, file)
