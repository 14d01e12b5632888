"""`lodestar mastery` and `lodestar history`: what a learner knows, and what they did."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api import progress
from api.cli.on_loop import on_loop
from api.cli.session import print_json
from api.learner_views import EventView, MasteryOfPoint

console = Console(highlight=False, markup=False)
Learner = Annotated[str, typer.Argument(help="The learner's id.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="The API's answer.")]
BAR = 20


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(mastery)
    app.command()(history)


def mastery(
    learner: Learner,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    json: Json = False,
) -> None:
    """Show what LEARNER knows now, forgetting included, with the uncertainty of each estimate."""
    view = on_loop(lambda loop: progress.mastery(loop, learner, course))
    if json:
        print_json(view)
        return
    table = Table("point", "mastery", title=f"{learner}: {view.mastered} of {view.of} points of {view.course} mastered")
    for heading in ("", "±", "attempts", "days ago"):
        table.add_column(heading, justify="right")
    for point in view.points:
        table.add_row(*_row(point))
    console.print(table)


def _row(point: MasteryOfPoint) -> tuple[str, ...]:
    filled = round(point.level * BAR)
    bar = "█" * filled + "·" * (BAR - filled) + (" mastered" if point.mastered else "")
    numbers = (f"{point.level:.0%}", f"{point.uncertainty:.0%}", str(point.attempts), f"{point.days:.1f}")
    return (point.name, bar, *numbers)


def history(
    learner: Learner,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many events.")] = 20,
    json: Json = False,
) -> None:
    """List what LEARNER was recommended and did, newest first."""
    view = on_loop(lambda loop: progress.history(loop, learner, limit))
    if json:
        print_json(view)
        return
    table = Table("when", "what", "how it went", "reward", "recommended by")
    for event in view.events:
        reward = "" if event.reward is None else f"{event.reward:+.2f}"
        what = event.title or event.resource or event.item or ""
        table.add_row(f"{event.at:%Y-%m-%d %H:%M}", what, _went(event), reward, event.policy or "")
    console.print(table)


def _went(event: EventView) -> str:
    if event.outcome is None:
        return "no outcome yet"
    return "right" if event.right else "wrong"
