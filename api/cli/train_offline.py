"""Learning from the decision log as people see it: a bar while it is read and learned from, then what was found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.session import on_graph
from api.learning_offline import CQLConfig, Offline, OfflineConfig, Read, learn_from_log
from api.settings import Settings

console = Console(highlight=False)


def train_on_log(settings: Settings, course: str, seed: int) -> None:
    """Learn with a progress bar and print what was read, what was left out, and what held-out learners say."""
    config = OfflineConfig(cql=CQLConfig(seed=seed))
    with _bar(config) as report:
        unit = partial(learn_from_log, course=course, trained=settings.trained(), report=report, config=config)
        learned, read = on_graph(unit)
    show(learned, read)
    console.print(f"policy  {learned.policy.version}")
    console.print(f"next    lodestar evaluate {course}   (it is served if it beats the ladder)")


def show(learned: Offline, read: Read) -> None:
    """The log, the estimates, and what they rest on."""
    console.print(f"log     {read.decisions:,} answered decisions of {read.learners:,} learners")
    console.print(f"        {read.unknown:,} left out: resource or goal is gone; {read.unfinished:,}: nothing follows")
    if read.full:
        console.print("        more learners are in the graph than could be held; they were left out")
    console.print(f"held    {learned.steps:,} decisions of {learned.learners:,} learners chose the conservatism α")
    for alpha, worth in learned.worth.items():
        mark = "  ← taken" if alpha == learned.alpha else ""
        console.print(f"        α {alpha:<4g} return {worth:.2f} (fitted Q evaluation){mark}")
    console.print(f"        behaviour return {learned.behaviour:.2f}")
    console.print(
        f"reward  {learned.reward:.3f} a decision by SNIPS, worth {learned.decisions:.0f} decisions; "
        f"behaviour {learned.logged_reward:.3f}"
    )
    if learned.worth[learned.alpha] <= learned.behaviour:
        console.print("[yellow]held-out learners do not speak for it: it is no better than who decided so far[/yellow]")


@contextmanager
def _bar(config: OfflineConfig) -> Iterator[Callable[[float, int, float], None]]:
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=len(config.alphas) * config.cql.updates)

        def report(alpha: float, update: int, loss: float) -> None:
            bar.update(task, advance=1, description=f"α {alpha:g} {loss:.3f}")

        yield report
