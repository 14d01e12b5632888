"""`lodestar recommend`: what a learner should do next, and why."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.on_loop import on_loop
from api.cli.session import print_json
from api.recommending import recommend as choose
from api.views import CandidateView, Recommendation

console = Console(soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(recommend)


def recommend(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    n: Annotated[int, typer.Option("-n", min=1, max=20, help="How many, best first.")] = 1,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    strategy: Annotated[
        str | None, typer.Option(help="Who decides, see `lodestar strategies`; who serves the course without it.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also every candidate, kept or dropped.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Recommend the next step for LEARNER; it is logged, and rests for an hour unless an outcome follows.

    Send the outcome with the printed id: lodestar outcome LEARNER ID --right
    """
    answer = on_loop(lambda loop: choose(loop, learner, course, n, explain, strategy))
    if json:
        print_json(answer)
        return
    for each in answer.strategy.handed_over if answer.strategy else []:
        console.print(f"{each.strategy} handed over: {each.why}")
    for step in answer.recommendations:
        _show(step)
    if answer.recommendations and answer.recommendations[0].candidates:
        _table(answer.recommendations[0].candidates)
    if answer.reason:
        console.print(answer.reason.text)


def _show(step: Recommendation) -> None:
    resource = step.resource
    console.print(f"{resource.title}  ({resource.kind}, {resource.minutes:g} min)  {resource.id}")
    console.print(f"  because  {step.reasons.text}")
    chance = f"chosen with {step.propensity:.0%} by {step.policy.name} {step.policy.version}"
    console.print(f"  id       {step.id}   {chance}   chance of success {step.reasons.success:.0%}")
    console.print(f"  graph    revision {step.revision}")


def _table(candidates: list[CandidateView]) -> None:
    table = Table()
    table.add_column(
        "resource", no_wrap=True, overflow="ignore", min_width=max(len(each.resource) for each in candidates)
    )
    table.add_column("title")
    for heading in ("Q", "score", "probability", "kept"):
        table.add_column(heading, justify="right")
    for each in sorted(candidates, key=lambda each: (not each.kept, -(each.score or 0))):
        q, score = ("" if value is None else f"{value:.3f}" for value in (each.q, each.score))
        table.add_row(each.resource, each.title, q, score, f"{each.propensity:.0%}", "yes" if each.kept else "no")
    console.print(table)
