"""`lodestar train`: make a policy; `lodestar evaluate` then measures whether it may be served."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.session import on_graph
from api.cli.train_offline import train_on_log
from api.loading import Course, read_arrays
from api.settings import Settings
from models import run

console = Console()
CourseId = Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(train)


def train(
    course: CourseId,
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
        return
    folder = settings.policy_folder(course)
    with training_bar(steps) as report:
        config = run.TrainingConfig(steps=steps, seed=seed)
        trainer = run.train(_arrays(course), config, folder, device, fresh, report)
    console.print(f"policy  {run.version(trainer)}")
    console.print(f"curves  {folder / 'curves.png'}   or: tensorboard --logdir {folder}")
    console.print(f"next    lodestar evaluate {course}   (it is served if it beats the ladder)")


def _arrays(course: str) -> Course:
    return on_graph(partial(read_arrays, id=course, tracers=Settings().trained().tracers))


@contextmanager
def training_bar(steps: int) -> Iterator[Callable[[run.Trained], None]]:
    """A live bar with the return of an episode, the losses and the KL of the update."""
    text = "return {task.fields[gain]}  loss {task.fields[loss]}  Q {task.fields[q]}  KL {task.fields[kl]}"
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn(text))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=steps, gain="–", loss="–", q="–", kl="–")

        def report(now: run.Trained) -> None:
            gain = "–" if math.isnan(now.episode_return) else f"{now.episode_return:.2f}"
            loss, q, kl = f"{now.value_loss:.3f}", f"{now.q_loss:.4f}", f"{now.kl:.4f}"
            bar.update(task, completed=now.steps, gain=gain, loss=loss, q=q, kl=kl)

        yield report
