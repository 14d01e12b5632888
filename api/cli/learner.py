"""`lodestar learner`: who learns, what they aim at, what they allow."""

from typing import Annotated

import typer
from rich.console import Console

from api import learners
from api.cli.on_loop import on_loop
from api.learner_views import LearnerView
from api.requests import Goal, Limits, NewLearner, checked

app = typer.Typer(help="Learners: create, show, goal, limits, delete.", no_args_is_help=True)
console = Console(soft_wrap=True, highlight=False)

Id = Annotated[str, typer.Argument(help="The learner's id.", show_default=False)]
Goals = Annotated[list[str] | None, typer.Option("--goal", help="A point to reach; may be repeated.")]
Level = Annotated[float | None, typer.Option(min=0, max=1, help="Mastery aimed at, for all goals given here.")]
Minutes = Annotated[float | None, typer.Option(help="Longest single resource, in minutes.")]
Modality = Annotated[list[str] | None, typer.Option(help="text, audio, video or interactive; may be repeated.")]
Language = Annotated[list[str] | None, typer.Option(help="A language code such as en; may be repeated.")]


def register(to: typer.Typer) -> None:
    """Add the commands to `to`."""
    to.add_typer(app, name="learner")


@app.command()
def create(
    id: Annotated[str | None, typer.Argument(help="Made up when missing.")] = None,
    course: Annotated[str | None, typer.Option(help="Needed where there is more than one course.")] = None,
    goal: Goals = None,
    level: Level = None,
    at: Annotated[str | None, typer.Option(help="The level they say they are at, e.g. A2: a first guess.")] = None,
) -> None:
    """Add a learner to a course; without goals the whole course is the goal."""
    new = checked(NewLearner, id=id, course=course, goals=_goals(goal, level), level=at)
    _show(on_loop(lambda loop: learners.create(loop, new)))


@app.command()
def show(id: Id) -> None:
    """Goals, limits and how many outcomes there were; see also `lodestar mastery`."""
    _show(on_loop(lambda loop: learners.show(loop, id)))


@app.command()
def goal(
    id: Id,
    points: Annotated[list[str] | None, typer.Argument(help="Points to reach; none: the whole course.")] = None,
    level: Level = None,
) -> None:
    """Replace the goals."""
    goals = _goals(points, level)
    change = on_loop(lambda loop: learners.aim(loop, id, goals) if goals else learners.clear_goals(loop, id))
    _show(change)


@app.command()
def limits(id: Id, minutes: Minutes = None, modality: Modality = None, language: Language = None) -> None:
    """Replace the limits; what is not given is not limited."""
    allowed = checked(Limits, max_minutes=minutes, modalities=modality or None, languages=language or None)
    _show(on_loop(lambda loop: learners.limit(loop, id, allowed)))


@app.command()
def delete(id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget a learner with everything they did, for good."""
    if not yes:
        typer.confirm(f"Delete {id} with all mastery, recommendations and outcomes?", abort=True)
    on_loop(lambda loop: learners.delete(loop, id))
    console.print(f"{id} is forgotten.")


def _goals(points: list[str] | None, level: float | None) -> list[Goal]:
    return [Goal(point=point, level=level) for point in points or []]


def _show(learner: LearnerView) -> None:
    console.print(f"learner  {learner.id}   course {learner.course}")
    goals = [f"{goal.point}{f' at {goal.level:.0%}' if goal.level else ''}" for goal in learner.goals]
    console.print(f"goals    {', '.join(goals) or 'the whole course'}")
    limits = learner.limits
    words = [f"up to {limits.max_minutes:g} minutes"] if limits.max_minutes else []
    words += [", ".join(limits.modalities)] if limits.modalities else []
    words += [f"in {', '.join(limits.languages)}"] if limits.languages else []
    console.print(f"limits   {'; '.join(words) or 'none'}")
    console.print(f"answers  {learner.answers}, {learner.success:.0%} right lately")
