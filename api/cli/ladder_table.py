"""The ladder as people see it: a table with the served rung marked."""

from rich.console import Console
from rich.table import Table

from models.standing import Standings


def show(standings: Standings, console: Console) -> None:
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
