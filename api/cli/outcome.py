"""`lodestar outcome`: what happened with a resource."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from api import reporting
from api.cli.on_loop import on_loop
from api.cli.session import print_json
from api.requests import Outcome, checked
from api.views import OutcomeView

console = Console(soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(outcome)


def outcome(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    what: Annotated[str, typer.Argument(help="A recommendation's id (rec-…), or a resource's.", show_default=False)],
    right: Annotated[bool, typer.Option("--right/--wrong", help="How it went.", show_default=False)],
    at: Annotated[datetime | None, typer.Option(help="When, local time; now without it.")] = None,
    id: Annotated[str | None, typer.Option(help="Your own id: the same one twice counts once.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Send what happened with WHAT; LEARNER's mastery follows."""
    sent = checked(
        Outcome,
        id=id,
        learner=learner,
        right=right,
        at=at and at.astimezone(),
        **{"recommendation" if what.startswith("rec-") else "resource": what},
    )
    [told] = on_loop(lambda loop: reporting.report(loop, [sent]))
    print_json(told) if json else _tell(told)


def _tell(told: OutcomeView) -> None:
    console.print(f"{'stored before, nothing changed' if told.repeated else 'stored'}  reward {told.reward:+.3f}")
    for change in told.changes:
        console.print(f"  {change.name}  {change.before:.0%} → {change.after:.0%}")
