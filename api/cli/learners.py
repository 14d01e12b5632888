"""`lodestar learners`: the learner models there are, and fitting them to a course's answers or to a log."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.fitting import Fits, Source, fit_course, known_points, read_log
from api.settings import Settings
from models.learners.registry import MODELS

console = Console()
app = typer.Typer(invoke_without_command=True, help="Learner models: list them, and fit them to answers.")
FITTED = ("gain", "bkt", "bkt_forget", "pfa", "best_lr")
"""Fitted without being named: those that take seconds."""


@app.callback()
def learners(context: typer.Context) -> None:
    """List the learner models; `lodestar learners fit COURSE` fits and measures them."""
    if context.invoked_subcommand is None:
        table = Table("model", "what it is", box=None)
        for name, entry in MODELS.items():
            table.add_row(name, entry.about)
        console.print(table)
        console.print("\nLEARNER_MODEL, or a course's own `learnerModel`, puts one of them in charge.")


@app.command()
def fit(
    course: Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)],
    log: Annotated[
        Path | None,
        typer.Option(help="CSV or JSONL: learner, skill (point ids), right, item, time or order. The graph's without it."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help=f"Which; may be repeated. [default: {', '.join(FITTED)}]")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses the learners that are held out.")] = 0,
) -> None:
    """Fit learner models to the answers of COURSE, measure them on held-out learners, and say who is in charge."""
    settings = Settings()
    points = known_points(course)
    source = read_log(course, log, points)
    console.print(source.report, highlight=False)
    names = model or [name for name in FITTED if name in MODELS]
    with console.status("fitting") as status:
        fits = fit_course(course, source, names, settings, seed, lambda name: status.update(f"fitting {name}"))
    show(fits)


def show(fits: Fits) -> None:
    """The measurements as a table, notes, and who is in charge."""
    table = Table("model", "AUC", "log loss", "accuracy", "calibration error", "seconds to fit", box=None)
    for each in fits.fitted:
        values = (each.scores.auc, each.scores.log_loss, each.scores.accuracy, each.scores.calibration)
        table.add_row(each.model.name, *(f"{value:.4f}" for value in values), f"{each.seconds:.2f}")
    console.print(table)
    for each in fits.fitted:
        for note in each.model.notes:
            console.print(f"[yellow]{each.model.name}[/yellow]  {note}", highlight=False)
    console.print(f"held out  {fits.held_out} learners; saved in {fits.folder}", highlight=False)
    console.print(f"in charge {fits.chosen}   ({fits.why})", highlight=False)


__all__ = ["Source", "app", "fit", "partial", "show"]
