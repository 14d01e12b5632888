"""A course's rankers from its log to disk: measured on what learners chose, fitted to all of it, and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.errors import Invalid
from models.rankers import contest
from models.rankers.registry import save as keep
from models.rankers.standing import Held, Standing, now, rung_of, save
from models.rankers.trial import cut_in_time

ASKED = 0.2
"""The last share of the events is asked about."""
FEWEST = 20
"""Events that a measurement needs at least: below it, chance rules."""


@dataclass(frozen=True, eq=False)
class Course:
    """What is known of a course's learners and resources; `cleaned`: what was left out of the log, in words."""

    id: str
    log: contest.InteractionLog
    catalogue: contest.Catalogue
    cleaned: str = ""


def hold(
    course: Course,
    folder: Path,
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[Standing, list[Held]]:
    """Measure and keep. Learners may do things again, so what was done before stays among the candidates.

    Raises `Invalid` where there is too little to ask about.
    """
    log, catalogue = course.log, course.catalogue
    trial = cut_in_time(log, ASKED, seed=seed, repeats=True)
    if len(trial) < FEWEST:
        own = len(log) if log.own is None else int(log.own.sum())
        raise Invalid(
            f"{course.id}: {len(trial)} events to ask about, {FEWEST} needed. The log holds {len(log)} events, {own} "
            f"of them chosen by learners; a measurement takes the last {ASKED:.0%} of those.\n{course.cleaned}"
        )
    held = []
    for each in contest.hold(trial, catalogue, names, seed, report):
        held.append(each)
        if each.ranker is not None:
            keep(each.ranker, folder / each.name, each.figures)
    active = int((log.lengths > 0).sum())
    counts = (len(log), len(trial), active, len(catalogue.items))
    standing = Standing(course.id, now(), trial.name, *counts, course.cleaned, [rung_of(each) for each in held])
    save(standing, folder)
    return standing, held


__all__ = ["Course", "Held", "Standing", "hold"]
