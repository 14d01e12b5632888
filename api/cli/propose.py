"""`lodestar propose`: look for prerequisites in a log, and for related points in texts, and propose them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api import proposing
from api.cli.session import on_graph
from api.proposing import Rules, Search, Source
from api.settings import Settings

console = Console(soft_wrap=True, highlight=False, markup=False)
SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(propose)


def propose(
    course: Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)],
    from_log: Annotated[
        Path | None,
        typer.Option(
            help="CSV or JSONL with learner, skill (point ids), right; item, time, order. Else the graph's own log."
        ),
    ] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Also compare names and descriptions.")] = False,
    least_support: Annotated[int, typer.Option(min=1, help="Fewest learners who mastered both.")] = Rules.support,
    q: Annotated[float, typer.Option("--q", min=0, max=1, help="False discovery rate that is aimed at.")] = Rules.q,
    most: Annotated[int, typer.Option(min=1, help="New proposals at most, the strongest.")] = proposing.MOST,
) -> None:
    """Propose prerequisites that COURSE's log speaks for; nothing gates before a person accepts it.

    What was rejected comes back only with new evidence, and what would close a cycle or is implied by accepted
    prerequisites is left out. Then: lodestar review COURSE
    """
    source = Source(from_log, texts, Rules(q=q, support=least_support), most)
    author = Settings().author
    with _bar() as (report, say):
        found = on_graph(lambda graph: proposing.search(graph, course, source, author, report, say))
    _tell(course, found)


def _tell(course: str, search: Search) -> None:
    for line in search.told:
        console.print(line)
    sifted = search.proposed.sifted
    for word, some in (("new", sifted.new), ("back, on new evidence", sifted.back), ("renewed", sifted.renewed)):
        for each in some[:SHOWN]:
            console.print(f"{word}  {each.pair}\n    {each.evidence}")
        if len(some) > SHOWN:
            console.print(f"{word}  … and {len(some) - SHOWN} more")
    counts = f"{len(sifted.new)} new, {len(sifted.back)} back, {len(sifted.renewed)} renewed"
    console.print(f"{search.found} found: {counts}, {len(sifted.left)} left out")
    for reason, count in Counter(left.reason for left in sifted.left).most_common():
        first = next(left for left in sifted.left if left.reason == reason)
        way = f": {' → '.join(first.way)}" if first.way else ""
        console.print(f"  {count} {reason}, e.g. {first.pair}{way}")
    if search.proposed.revision is not None:
        console.print(f"revision {search.proposed.revision}   next: lodestar review {course}")


@contextmanager
def _bar() -> Iterator[tuple[Callable[[int, int], None], Callable[[str], None]]]:
    """Learners read of all learners, and what goes on after that."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield (
            lambda done, total: bar.update(task, completed=done, total=total),
            lambda step: bar.update(task, description=step),
        )
