"""`lodestar evaluate`, `lodestar advise`, `lodestar strategies`: what there is, what was measured, who serves."""

from functools import partial
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli import train
from api.cli.judging import judge
from api.cli.offline import evaluate_on_log
from api.cli.session import on_graph
from api.measuring import FAMILIES, RANKERS, STRATEGIES, Data, Settings, advice_on, read_strategies, take

console = Console(highlight=False)
FAMILY = {name: place for place, name in enumerate(FAMILIES)}
CourseId = Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)]
Learners = Annotated[int, typer.Option(help="Held-out simulated learners a seed.")]
Seeds = Annotated[int, typer.Option(help="Independent groups of learners.")]
Offline = Annotated[bool, typer.Option("--offline", help="On COURSE's own log instead of simulated learners.")]
Rungs = Annotated[
    list[str] | None, typer.Option("--rung", help="With --offline: which rankers; may be repeated. All without it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (evaluate, advise, strategies):
        app.command()(command)


def evaluate(
    course: CourseId,
    learners: Learners = 500,
    seeds: Seeds = 3,
    offline: Offline = False,
    rung: Rungs = None,
) -> None:
    """Measure who recommends best on COURSE, on held-out simulated learners; the winner is served.

    With --offline: fit the rankers to what learners of COURSE did, and measure how well each predicts what they turn to
    next. A ranker serves when it does that better than everything simpler, and teaches as well as the winner here.
    """
    settings = Settings()
    if offline:
        evaluate_on_log(settings, course, rung or list(RANKERS))
    found = on_graph(partial(read_strategies, settings=settings, course=course))
    if not offline:
        judge(found, learners, seeds)
    _, advice = on_graph(partial(advice_on, strategies=found, team=settings.team))
    take(advice, found.rankers)
    console.print(f"serves  {advice.strategy}: {advice.why}")


def advise(course: CourseId) -> None:
    """Say which strategies COURSE's data supports, what was measured of each, and which one serves, and why."""
    settings = Settings()
    found = on_graph(partial(read_strategies, settings=settings, course=course))
    data, advice = on_graph(partial(advice_on, strategies=found, team=settings.team))
    _tell(course, data)
    matrix = Table("family", "worth trying", "why, or what is lacking", "strategies", box=None)
    for family, rows in groupby(sorted(advice.rows, key=lambda row: FAMILY[row.family]), lambda row: row.family):
        ours = list(rows)
        lacking = ours[0].lacking
        names = ", ".join(row.strategy for row in ours)
        matrix.add_row(family, "no" if lacking else "yes", ", ".join(lacking) or ours[0].why, names)
    console.print(matrix)
    measured = [row for row in advice.rows if row.ndcg10 is not None or row.ep is not None]
    table = Table("strategy", "NDCG@10", "better than simpler", "E_p", box=None)
    for row in measured:
        table.add_row(
            f"[bold]{row.strategy} ←[/bold]" if row.strategy == advice.strategy else row.strategy,
            "" if row.ndcg10 is None else f"{row.ndcg10:.3f}",
            {None: "", True: "yes", False: "no"}[row.better],
            "" if row.ep is None else f"{row.ep:.3f}",
        )
    console.print(table) if measured else None
    console.print(f"served  {advice.strategy}: {advice.why}")


def strategies() -> None:
    """List the strategies, for `recommend --strategy` and for the API's `strategy=`."""
    table = Table("strategy", "family", "what it is", box=None)
    for name, entry in STRATEGIES.items():
        table.add_row(name, entry.family, entry.about)
    console.print(table)
    console.print("Fit those that learn from logs: lodestar evaluate COURSE --offline")
    console.print("Which one to take: lodestar advise COURSE")


def first_policy(course: str, steps: int, learners: int) -> None:
    """A small policy, trained and measured once; later calls find it."""
    folder = Settings().policy_folder(course)
    if not (folder / "policy.pt").exists():
        train.train(course, steps=steps, seed=0, device="auto", fresh=False)
    if not (folder / "evaluation.json").exists():
        evaluate(course, learners=learners, seeds=1)
    console.print(f"ladder  {folder / 'ladder.png'}")


def _tell(course: str, data: Data) -> None:
    known = f"{data.known_learners:,} learners and {data.known_items:,} resources have five or more"
    right = "" if data.right is None else f" ({data.right:.0%} right)"
    console.print(f"{course}: {data.points} points, {data.prerequisites} prerequisites, {data.resources} resources")
    console.print(f"{data.interactions:,} outcomes of {data.learners:,} learners in {data.days:.0f} days; {known}")
    console.print(f"outcomes are {data.labels}{right}; density {data.density:.1%}")
    console.print(f"learners chose {data.own:.0%} of it themselves; {data.answered:,} recommendations have an outcome")
