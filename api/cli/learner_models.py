"""`lodestar learners`: list the learner models, and fit them to a course's answers or to a log."""

import math
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.runtime import run_on_graph
from models.knowledge_tracing.registry import LEARNER_MODELS
from services.courses.artifacts import ArtifactStore
from services.settings import Settings
from services.training.learner_models import FitSummary, fit_course, read_training_answers

console = Console()
app = typer.Typer(invoke_without_command=True, help="Learner models: list them, and fit them to answers.")
FAST_MODELS = ["gain", "bkt", "bkt_forget", "pfa", "best_lr"]


def register(to: typer.Typer) -> None:
    """Add the commands to `to`."""
    to.add_typer(app, name="learners")


@app.callback()
def learners(context: typer.Context) -> None:
    """List the learner models; `lodestar learners fit COURSE` fits and measures them."""
    if context.invoked_subcommand is None:
        table = Table("model", "what it is", box=None)
        for name, entry in LEARNER_MODELS.items():
            table.add_row(name, entry.about)
        console.print(table)
        console.print("Fit them: lodestar learners fit COURSE. LEARNER_MODEL, or `learnerModel` of a course, chooses.")


@app.command()
def fit(
    course: Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)],
    log: Annotated[
        Path | None,
        typer.Option(help="CSV or JSONL with learner, skill (point ids), right; item, time, order. Else the graph's."),
    ] = None,
    model: Annotated[list[str], typer.Option(help="Which; may be repeated. These take seconds.")] = FAST_MODELS,
    seed: Annotated[int, typer.Option(help="Chooses the learners that are held out.")] = 0,
) -> None:
    """Fit learner models to the answers on COURSE, measure them on held-out learners, and say who is in charge."""
    settings = Settings()
    points, answers, problems = run_on_graph(lambda graph: read_training_answers(graph, course, log), settings)
    for problem in problems:
        console.print(f"[yellow]{problem}[/yellow]", highlight=False)
    with console.status("fitting") as status:
        print_fits(
            fit_course(
                ArtifactStore.from_settings(settings).learner_models,
                (course, points),
                answers,
                model,
                seed,
                lambda name: status.update(f"fitting {name}"),
            )
        )


def print_fits(fits: FitSummary) -> None:
    """Print what the log held, the measurements, the notes of each fit, and which model is in charge."""
    console.print(fits.report, highlight=False)
    table = Table(
        "model", "AUC", "log loss", "p (better than gain)", "accuracy", "calibration error", "seconds to fit", box=None
    )
    for each in fits.fitted:
        scores = each.scores
        values = (scores.auc, scores.log_loss, each.p, scores.accuracy, scores.calibration)
        shown = ("–" if math.isnan(value) else f"{value:.4f}" for value in values)
        table.add_row(each.model.name, *shown, f"{each.seconds:.2f}")
    console.print(table)
    for each in fits.fitted:
        for note in each.model.notes:
            console.print(f"[yellow]{each.model.name}[/yellow]  {note}", highlight=False)
    console.print(f"saved      {fits.folder}", highlight=False)
    console.print(f"in charge  {fits.chosen}: {fits.why}", highlight=False)
