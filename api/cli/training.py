"""`lodestar train`: train a policy on simulated learners or, with --offline, from the decision log.

`lodestar evaluate` then measures whether it may be served. Progress bars are shown; the offline run also prints what
was read, what was left out and the estimates on held-out learners.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.runtime import run_on_graph
from models.rl import run as training_run
from models.rl import trainer as run
from models.rl.offline import CQLConfig, OfflineConfig, OfflineResult
from services.courses.artifacts import ArtifactStore, load_course_arrays
from services.settings import Settings
from services.training.decision_log import LogReadCounts
from services.training.evaluate import learn_from_log

console = Console(highlight=False)
CourseArgument = Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)]


def train_on_log(settings: Settings, course: str, seed: int) -> None:
    """Learn with a progress bar and print what was read, what was left out, and what held-out learners say."""
    config = OfflineConfig(cql=CQLConfig(seed=seed))
    with _show_offline_bar(config) as report:
        unit = partial(
            learn_from_log, course=course, trained=ArtifactStore.from_settings(settings), report=report, config=config
        )
        learned, read = run_on_graph(unit, settings)
    print_offline_result(learned, read)
    console.print(f"policy  {learned.policy.version}")
    console.print(f"next    lodestar evaluate {course}   (it is served if it beats the ladder)")


def print_offline_result(learned: OfflineResult, read: LogReadCounts) -> None:
    """Print what was read of the log, the estimates, and what they rest on."""
    console.print(f"log     {read.decisions:,} answered decisions of {read.learners:,} learners")
    console.print(
        f"        {read.not_in_course:,} left out: resource or goal is gone; {read.without_next:,}: nothing follows"
    )
    if read.is_truncated:
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
def _show_offline_bar(config: OfflineConfig) -> Iterator[Callable[[float, int, float], None]]:
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=len(config.alphas) * config.cql.updates)

        def report(alpha: float, update: int, loss: float) -> None:
            bar.update(task, advance=1, description=f"α {alpha:g} {loss:.3f}")

        yield report


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(train)


def train(
    course: CourseArgument,
    steps: Annotated[int, typer.Option(help="Answers of simulated learners to learn from.")] = run.TrainingConfig.steps,
    seed: Annotated[int, typer.Option(help="Repeats a run exactly, on a CPU.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda; auto takes CUDA where there is one.")] = "auto",
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget a run that was cut off instead of going on.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="From COURSE's decision log; simulates nothing.")] = False,
) -> None:
    """Train the policy of COURSE on simulated learners; a run that was cut off goes on where it was.

    With --offline: learn another one, cql, from the decisions that were answered in COURSE, and say what held-out
    learners of the log speak for it. STEPS, DEVICE and FRESH are not asked.
    """
    settings = Settings()
    if offline:
        train_on_log(settings, course, seed)
    else:
        train_in_simulation(settings, course, steps, seed, device, fresh)


def train_in_simulation(
    settings: Settings, course: str, steps: int, seed: int = 0, device: str = "auto", fresh: bool = False
) -> None:
    """Train on simulated learners with a progress bar, and print where the policy and its curves are."""
    artifacts = ArtifactStore.from_settings(settings)
    folder = artifacts.strategies.policy_folder(course)
    arrays = run_on_graph(partial(load_course_arrays, id=course, learner_models=artifacts.learner_models), settings)
    with show_training_bar(steps) as report:
        config = run.TrainingConfig(steps=steps, seed=seed)
        trainer = training_run.train_policy(arrays, config, folder, device, fresh, report)
    console.print(f"policy  {training_run.format_version(trainer)}")
    console.print(f"curves  {folder / 'curves.png'}   or: tensorboard --logdir {folder}")
    console.print(f"next    lodestar evaluate {course}   (it is served if it beats the ladder)")


@contextmanager
def show_training_bar(steps: int) -> Iterator[Callable[[run.TrainingProgress], None]]:
    """Show a live bar with the return of an episode, the losses and the KL of the update."""
    text = "return {task.fields[gain]}  loss {task.fields[loss]}  Q {task.fields[q]}  KL {task.fields[kl]}"
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn(text))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=steps, gain="–", loss="–", q="–", kl="–")

        def report(now: run.TrainingProgress) -> None:
            gain = "–" if math.isnan(now.episode_return) else f"{now.episode_return:.2f}"
            loss, q, kl = f"{now.value_loss:.3f}", f"{now.q_loss:.4f}", f"{now.kl:.4f}"
            bar.update(task, completed=now.steps, gain=gain, loss=loss, q=q, kl=kl)

        yield report
