"""`lodestar evaluate`, `advise`, `strategies`: list the strategies, measure them, say which one serves.

The measurement uses simulated learners or, with --offline, the course's own log; it shows a progress bar and then a
table, with the served strategy marked after a simulated evaluation.
"""

from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from api.cli import training
from api.cli.runtime import run_on_graph
from models.evaluation.advice import FAMILY_NEEDS, CourseDataSummary, save_advice
from models.evaluation.leaderboard import Leaderboard
from models.policies.selection import CourseStrategies
from models.policies.strategies import STRATEGIES
from models.rankers.comparison import RankerComparison, RankerMeasurement
from models.rankers.registry import RANKERS
from services.courses.artifacts import ArtifactStore
from services.settings import Settings
from services.training.evaluate import (
    advise_on_course,
    describe_handovers,
    evaluate_rankers,
    evaluate_strategies,
    read_raw_course_log,
    read_strategies,
)

console = Console(highlight=False)
METRIC_COLUMNS = (
    "ndcg10",
    "hit10",
    "mrr",
    "coverage",
    "novelty",
    "diversity",
    "calibration",
    "train_s",
    "recommend_ms",
)


def evaluate_in_simulation(strategies: CourseStrategies, learners: int, seeds: int) -> None:
    """Measure the strategies in simulation with a progress bar and print the table."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("evaluating", total=None)

        def report(total: int, name: str) -> None:
            bar.update(task, total=total, advance=1, description=name)

        leaderboard = evaluate_strategies(strategies, learners, seeds, report)
    print_leaderboard(leaderboard)
    console.print(f"table   {strategies.policies / 'evaluation.json'}\nplot    {strategies.policies / 'ladder.png'}")


def print_leaderboard(leaderboard: Leaderboard) -> None:
    """Print the leaderboard and the verdict."""
    title = f"{leaderboard.course}: {leaderboard.learners} held-out learners, {len(leaderboard.seeds)} seed(s)"
    table = Table("rung", title=title)
    for name in ("E_p", "reached", "steps", "violations", "diversity", "ms"):
        table.add_column(name, justify="right", no_wrap=True)
    several = len(leaderboard.seeds) > 1
    for row in leaderboard.rows:
        table.add_row(
            f"[bold]{row.name} ←[/bold]" if row.name == leaderboard.served else row.name,
            f"{row.ep:.3f} ± {row.ep_sd:.3f}" if several else f"{row.ep:.3f}",
            f"{row.reached:.0%}",
            f"{row.steps:.1f} ± {row.steps_sd:.1f}" if several else f"{row.steps:.1f}",
            str(row.violations),
            f"{row.diversity:.2f}",
            f"{row.ms_per_step:.3f}",
        )
    console.print(table)
    console.print(f"served  {leaderboard.verdict}")


def evaluate_on_log(settings: Settings, course: str, names: list[str]) -> None:
    """Fit and measure with a progress bar, and print the table."""
    logged = run_on_graph(partial(read_raw_course_log, course=course), settings)
    folder = ArtifactStore.from_settings(settings).strategies.ranker_folder(course)
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fitting", total=len(names))
        comparison, held = evaluate_rankers(
            logged, folder, names, 0, lambda name: bar.update(task, advance=1, description=name)
        )
    print_ranker_comparison(comparison, held, folder)


def print_ranker_comparison(comparison: RankerComparison, held: list[RankerMeasurement], folder: Path) -> None:
    """Print what the log held, the figures, and the notes of each fit."""
    console.print(comparison.cleaned)
    title = f"{comparison.course}: {comparison.asked} of {comparison.events} events, {comparison.learners} learners"
    table = Table("rung", *METRIC_COLUMNS, "lead on all simpler", title=title, box=None)
    for row in comparison.rows:
        lead = "" if row.lead is None else f"{row.lead:+.3f} ({row.low:+.3f} to {row.high:+.3f})"
        values = [row.figures.get(name) for name in METRIC_COLUMNS]
        cells = ("" if value is None else f"{value:.3f}" for value in values)
        table.add_row(row.name, *cells, escape(row.lacks) or lead)
    console.print(table)
    for each in held:
        for note in each.ranker.notes if each.ranker else ():
            console.print(f"[yellow]{each.name}[/yellow]  {escape(note)}")
    console.print(f"table   {folder / 'offline.json'}\nplot    {folder / 'offline.png'}")


FAMILY_ORDER = {name: place for place, name in enumerate(FAMILY_NEEDS)}
CourseArgument = Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)]
LearnersOption = Annotated[int, typer.Option(help="Held-out simulated learners a seed.")]
SeedsOption = Annotated[int, typer.Option(help="Independent groups of learners.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="On COURSE's own log instead of simulated learners.")]
RankersOption = Annotated[
    list[str] | None, typer.Option("--rung", help="With --offline: which rankers; may be repeated. All without it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (evaluate, advise, strategies):
        app.command()(command)


def evaluate(
    course: CourseArgument,
    learners: LearnersOption = 500,
    seeds: SeedsOption = 3,
    offline: OfflineOption = False,
    rung: RankersOption = None,
) -> None:
    """Measure who recommends best on COURSE, on held-out simulated learners; the winner is served.

    With --offline: fit the rankers to what learners of COURSE did, and measure how well each predicts what they turn to
    next. A ranker serves when it does that better than everything simpler, and teaches as well as the winner here.
    """
    settings = Settings()
    if offline:
        evaluate_on_log(settings, course, rung or list(RANKERS))
    _evaluate(settings, course, None if offline else (learners, seeds))


def _evaluate(settings: Settings, course: str, simulation: tuple[int, int] | None) -> None:
    """Evaluate in simulation with (learners, seeds), if they are given, and store which strategy serves."""
    found = run_on_graph(partial(read_strategies, settings=settings, course=course), settings)
    if simulation is not None:
        evaluate_in_simulation(found, *simulation)
    _, advice = run_on_graph(partial(advise_on_course, strategies=found, team=settings.team), settings)
    save_advice(advice, found.rankers)
    console.print(f"serves  {advice.strategy}: {advice.why}")


def advise(course: CourseArgument) -> None:
    """Say which strategies COURSE's data supports, what was measured of each, and which one serves, and why."""
    settings = Settings()
    found = run_on_graph(partial(read_strategies, settings=settings, course=course), settings)
    data, advice = run_on_graph(partial(advise_on_course, strategies=found, team=settings.team), settings)
    _print_course_data(course, data)
    matrix = Table("family", "worth trying", "why, or what is lacking", "strategies", box=None)
    for family, rows in groupby(sorted(advice.rows, key=lambda row: FAMILY_ORDER[row.family]), lambda row: row.family):
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
    for sentence in run_on_graph(partial(describe_handovers, course=course), settings):
        console.print(f"[yellow]handed over[/yellow]  {escape(sentence)}")


def strategies() -> None:
    """List the strategies, for `recommend --strategy` and for the API's `strategy=`."""
    table = Table("strategy", "family", "what it is", box=None)
    for name, entry in STRATEGIES.items():
        table.add_row(name, entry.family, entry.about)
    console.print(table)
    console.print("Fit those that learn from logs: lodestar evaluate COURSE --offline")
    console.print("Which one to take: lodestar advise COURSE")


def ensure_policy(settings: Settings, course: str, steps: int, learners: int) -> None:
    """Train and measure a small policy, unless that was done before."""
    folder = ArtifactStore.from_settings(settings).strategies.policy_folder(course)
    if not (folder / "policy.pt").exists():
        training.train_in_simulation(settings, course, steps)
    if not (folder / "evaluation.json").exists():
        _evaluate(settings, course, (learners, 1))
    console.print(f"ladder  {folder / 'ladder.png'}")


def _print_course_data(course: str, data: CourseDataSummary) -> None:
    known = f"{data.known_learners:,} learners and {data.known_items:,} resources have five or more"
    right = "" if data.right is None else f" ({data.right:.0%} right)"
    console.print(f"{course}: {data.points} points, {data.prerequisites} prerequisites, {data.resources} resources")
    console.print(f"{data.interactions:,} outcomes of {data.learners:,} learners in {data.days:.0f} days; {known}")
    console.print(f"outcomes are {data.labels}{right}; density {data.density:.1%}")
    console.print(f"learners chose {data.own:.0%} of it themselves; {data.answered:,} recommendations have an outcome")
