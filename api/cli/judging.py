"""The contest as people see it: a bar while it is held, then a table with the served rung marked."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from models.contest import Strategies, hold
from models.standing import Standings

console = Console()


def judge(strategies: Strategies, learners: int, seeds: int) -> None:
    """Hold the contest with a progress bar and print its table."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("evaluating", total=None)

        def report(total: int, name: str) -> None:
            bar.update(task, total=total, advance=1, description=name)

        standings = hold(strategies, learners, seeds, report)
    show(standings)
    console.print(f"table   {strategies.policies / 'evaluation.json'}\nplot    {strategies.policies / 'ladder.png'}")


def show(standings: Standings) -> None:
    """Print the standings and the verdict."""
    title = f"{standings.course}: {standings.learners} held-out learners, {len(standings.seeds)} seed(s)"
    table = Table("rung", title=title)
    for name in ("E_p", "reached", "steps", "violations", "diversity", "ms"):
        table.add_column(name, justify="right", no_wrap=True)
    several = len(standings.seeds) > 1
    for rung in standings.rungs:
        table.add_row(
            f"[bold]{rung.name} ←[/bold]" if rung.name == standings.served else rung.name,
            f"{rung.ep:.3f} ± {rung.ep_sd:.3f}" if several else f"{rung.ep:.3f}",
            f"{rung.reached:.0%}",
            f"{rung.steps:.1f} ± {rung.steps_sd:.1f}" if several else f"{rung.steps:.1f}",
            str(rung.violations),
            f"{rung.diversity:.2f}",
            f"{rung.ms_per_step:.3f}",
        )
    console.print(table)
    console.print(f"served  {standings.verdict}")
