"""`lodestar path`: the way to a learner's goal, one line a step."""

from typing import Annotated

import typer

from api.cli.on_loop import on_loop
from api.cli.path_lines import console, print_path
from api.cli.session import print_json
from api.pathfinding import LONGEST, find_path
from api.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(path)


def path(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    goal: Annotated[
        list[str] | None, typer.Option(help="A point to reach; the learner's own goals without it.")
    ] = None,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    longest: Annotated[int, typer.Option(min=1, max=200, help="Steps at most.")] = LONGEST,
    save: Annotated[bool, typer.Option("--save", help="Also keep it as a web page.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Print the path of LEARNER to the goal, with the reason of each step. Nothing is logged."""
    found = on_loop(lambda loop: find_path(loop, learner, course, goal, longest))
    if json:
        print_json(found)
        return
    file = Settings().home / "paths" / f"{learner}.html" if save else None
    print_path(found, file)
    if file:
        console.print(f"saved path  {file.as_uri()}")
