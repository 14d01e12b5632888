"""The measurement on a course's own log as people see it: a status while it runs, then a table."""

from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.cli.session import on_graph
from api.offline import Held, Standing, evaluate_offline, read_logged
from api.settings import Settings

console = Console(highlight=False)
FIGURES = ("ndcg10", "hit10", "mrr", "coverage", "novelty", "diversity", "calibration", "train_s", "recommend_ms")


def evaluate_on_log(settings: Settings, course: str, names: list[str]) -> None:
    """Fit and measure with a progress bar, and print the table."""
    logged = on_graph(partial(read_logged, course=course))
    folder = settings.trained().policies.rankers(course)
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fitting", total=len(names))
        standing, held = evaluate_offline(
            logged, folder, names, 0, lambda name: bar.update(task, advance=1, description=name)
        )
    show(standing, held, folder)


def show(standing: Standing, held: list[Held], folder: Path) -> None:
    """What the log held, the figures, and what to know of each fit."""
    console.print(standing.cleaned)
    title = f"{standing.course}: {standing.asked} of {standing.events} events, {standing.learners} learners"
    table = Table("rung", *FIGURES, "lead on all simpler", title=title, box=None)
    for rung in standing.rungs:
        lead = "" if rung.lead is None else f"{rung.lead:+.3f} ({rung.low:+.3f} to {rung.high:+.3f})"
        values = [rung.figures.get(name) for name in FIGURES]
        cells = ("" if value is None else f"{value:.3f}" for value in values)
        table.add_row(rung.name, *cells, escape(rung.lacks) or lead)
    console.print(table)
    for each in held:
        for note in each.ranker.notes if each.ranker else ():
            console.print(f"[yellow]{each.name}[/yellow]  {escape(note)}")
    console.print(f"table   {folder / 'offline.json'}\nplot    {folder / 'offline.png'}")
