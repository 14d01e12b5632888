"""`lodestar skip`: may a learner skip a point, and what speaks for it."""

from typing import Annotated

import typer
from rich.console import Console

from api.cli.on_loop import on_loop
from api.cli.session import print_json
from api.skip_views import PointState, SkipView
from api.skipping import may_skip

SHOWN = 5
"""Points that would be missed are named up to this many."""
console = Console(highlight=False, markup=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(skip)


def skip(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    point: Annotated[str, typer.Argument(help="The point in question.", show_default=False)],
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Say whether LEARNER may skip POINT, and why; nothing is changed."""
    view = on_loop(lambda loop: may_skip(loop, learner, point, course))
    if json:
        print_json(view)
        return
    console.print(f"{view.verdict.replace('_', ' ')}  {view.reason}")
    for line in _evidence(view):
        console.print(line)


def _evidence(view: SkipView) -> list[str]:
    own = "nothing recorded" if view.point.uncertainty is None else _state(view.point)
    lines = [f"  itself    {own}; needed {view.point.needed:.0%}"]
    lines += [f"  rests on  {_state(each)}" for each in view.prerequisites]
    lines += [
        f"  shown by  {' → '.join(point.name for point in each.chain)} ({each.point.level:.0%})"
        for each in view.shown_by
    ]
    lines += [f"  missed    {_state(each)}" for each in view.missed[:SHOWN]]
    if len(view.missed) > SHOWN:
        lines.append(f"  …         and {len(view.missed) - SHOWN} more: --json lists them")
    if view.verdict == "test_first":
        lines += [f"  check     {item}" for item in view.items]
    if view.gates:
        lines.append("  It is not met, so what builds on it stays closed until answers show that it is known.")
    return lines


def _state(point: PointState) -> str:
    return f"{point.name} ({point.level:.0%})"
