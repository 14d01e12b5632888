"""`lodestar learner`, `mastery`, `history`, `skip`, `outcome`: a learner's goals, limits, state, skips and outcomes."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.runtime import print_json
from api.cli.service_runtime import run_in_context
from api.cli.tables import add_id_column, add_number_column, add_text_column, print_whole
from services import outcomes
from services.learners import profiles, progress
from services.learners.progress import assess_skip
from services.learners.schemas import (
    EventView,
    GoalBody,
    LabelsBody,
    LearnerView,
    LimitsBody,
    MasteryOfPoint,
    NewLearner,
    SkipView,
)
from services.outcomes import OutcomeBody, OutcomeView
from services.schemas import PointStateView, validate_body

app = typer.Typer(help="Learners: create, list, show, goal, limits, label, delete.", no_args_is_help=True)
console = Console(soft_wrap=True, highlight=False, markup=False)

IdArgument = Annotated[str, typer.Argument(help="The learner's id.", show_default=False)]
GoalOption = Annotated[list[str] | None, typer.Option("--goal", help="A point to reach; may be repeated.")]
LevelOption = Annotated[float | None, typer.Option(min=0, max=1, help="Mastery aimed at, for all goals given here.")]
MinutesOption = Annotated[float | None, typer.Option(help="Longest single resource, in minutes.")]
ModalityOption = Annotated[list[str] | None, typer.Option(help="text, audio, video or interactive; may be repeated.")]
LanguageOption = Annotated[list[str] | None, typer.Option(help="A language code such as en; may be repeated.")]


@app.command()
def create(
    id: Annotated[str | None, typer.Argument(help="Made up when missing.")] = None,
    course: Annotated[str | None, typer.Option(help="Needed where there is more than one course.")] = None,
    goal: GoalOption = None,
    level: LevelOption = None,
    at: Annotated[str | None, typer.Option(help="The level they say they are at, e.g. A2: a first guess.")] = None,
) -> None:
    """Add a learner to a course; without goals the whole course is the goal."""
    new = validate_body(NewLearner, id=id, course=course, goals=_make_goal_bodies(goal, level), level=at)
    _print_learner(run_in_context(lambda context: profiles.create_learner(context, new)))


@app.command()
def show(id: IdArgument) -> None:
    """Goals, limits and how many outcomes there were; see also `lodestar mastery`."""
    _print_learner(run_in_context(lambda context: profiles.get_learner(context, id)))


@app.command()
def goal(
    id: IdArgument,
    points: Annotated[list[str] | None, typer.Argument(help="Points to reach; none: the whole course.")] = None,
    level: LevelOption = None,
) -> None:
    """Replace the goals."""
    goals = _make_goal_bodies(points, level)
    change = run_in_context(
        lambda context: profiles.set_goals(context, id, goals) if goals else profiles.clear_goals(context, id)
    )
    _print_learner(change)


@app.command()
def limits(
    id: IdArgument, minutes: MinutesOption = None, modality: ModalityOption = None, language: LanguageOption = None
) -> None:
    """Replace the limits; what is not given is not limited."""
    allowed = validate_body(LimitsBody, max_minutes=minutes, modalities=modality or None, languages=language or None)
    _print_learner(run_in_context(lambda context: profiles.set_limits(context, id, allowed)))


@app.command("label")
def set_labels(
    id: IdArgument,
    name: Annotated[str | None, typer.Option(help="For people to read.")] = None,
    team: Annotated[str | None, typer.Option(help="A class or a department; `lodestar ask` takes it.")] = None,
) -> None:
    """Replace name and team; what is not given is removed. Further properties: the API."""
    labels = validate_body(LabelsBody, name=name, team=team)
    _print_learner(run_in_context(lambda context: profiles.set_labels(context, id, labels)))


@app.command("list")
def list_learners(
    team: Annotated[str | None, typer.Option(help="Only learners of this team.")] = None,
    course: Annotated[str | None, typer.Option(help="Only learners of this course.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, by id.")] = 100,
    after: Annotated[str, typer.Option(help="Only ids after this one.")] = "",
) -> None:
    """List learners with their team, course and answers."""
    page = run_in_context(lambda context: profiles.list_learners(context, course, team, after, limit))
    table = Table(box=None)
    add_id_column(table, "learner", [each.id for each in page.learners])
    add_text_column(table, "name", [each.name or "" for each in page.learners])
    add_text_column(table, "team", [each.team or "" for each in page.learners])
    add_id_column(table, "course", [each.course or "" for each in page.learners])
    add_number_column(table, "answers", [str(each.answers) for each in page.learners])
    add_number_column(table, "right lately", [f"{each.success:.0%}" for each in page.learners])
    for each in page.learners:
        words = (each.name or "", each.team or "", each.course or "")
        table.add_row(each.id, *words, str(each.answers), f"{each.success:.0%}")
    print_whole(console, table)
    if page.after is not None:
        console.print(f"next: lodestar learner list --after {page.after}")


@app.command()
def delete(id: IdArgument, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget a learner with everything they did, for good."""
    if not yes:
        typer.confirm(f"Delete {id} with all mastery, recommendations and outcomes?", abort=True)
    run_in_context(lambda context: profiles.delete_learner(context, id))
    console.print(f"{id} is forgotten.")


def _make_goal_bodies(points: list[str] | None, level: float | None) -> list[GoalBody]:
    return [GoalBody(point=point, level=level) for point in points or []]


def _print_learner(learner: LearnerView) -> None:
    console.print(f"learner  {learner.id}   course {learner.course}")
    if learner.name or learner.team:
        console.print(f"name     {learner.name or '-'}   team {learner.team or '-'}")
    goals = [f"{goal.point}{f' at {goal.level:.0%}' if goal.level else ''}" for goal in learner.goals]
    console.print(f"goals    {', '.join(goals) or 'the whole course'}")
    limits = learner.limits
    words = [f"up to {limits.max_minutes:g} minutes"] if limits.max_minutes else []
    words += [", ".join(limits.modalities)] if limits.modalities else []
    words += [f"in {', '.join(limits.languages)}"] if limits.languages else []
    console.print(f"limits   {'; '.join(words) or 'none'}")
    console.print(f"answers  {learner.answers}, {learner.success:.0%} right lately")


LearnerArgument = Annotated[str, typer.Argument(help="The learner's id.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="The API's answer.")]
BAR_WIDTH = 20


def mastery(
    learner: LearnerArgument,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    json: JsonOption = False,
) -> None:
    """Show what LEARNER knows now, forgetting included, with the uncertainty of each estimate."""
    view = run_in_context(lambda context: progress.get_mastery(context, learner, course))
    if json:
        print_json(view)
        return
    table = Table("point", "mastery", title=f"{learner}: {view.mastered} of {view.of} points of {view.course} mastered")
    for heading in ("", "±", "attempts", "days ago"):
        table.add_column(heading, justify="right")
    for point in view.points:
        table.add_row(*_make_mastery_row(point))
    console.print(table, soft_wrap=False)


def _make_mastery_row(point: MasteryOfPoint) -> tuple[str, ...]:
    filled = round(point.level * BAR_WIDTH)
    bar = "█" * filled + "·" * (BAR_WIDTH - filled) + (" mastered" if point.mastered else "")
    numbers = (f"{point.level:.0%}", f"{point.uncertainty:.0%}", str(point.attempts), f"{point.days:.1f}")
    return (point.name, bar, *numbers)


def history(
    learner: LearnerArgument,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many events.")] = 20,
    json: JsonOption = False,
) -> None:
    """List what LEARNER was recommended and did, newest first."""
    view = run_in_context(lambda context: progress.get_history(context, learner, limit))
    if json:
        print_json(view)
        return
    table = Table("when", "what", "how it went", "reward", "recommended by")
    for event in view.events:
        reward = "" if event.reward is None else f"{event.reward:+.2f}"
        what = event.title or event.resource or event.item or ""
        table.add_row(f"{event.at:%Y-%m-%d %H:%M}", what, _describe_result(event), reward, event.policy or "")
    console.print(table, soft_wrap=False)


def _describe_result(event: EventView) -> str:
    if event.outcome is None:
        return "no outcome yet"
    return "right" if event.right else "wrong"


MAX_MISSED = 5
"""Points that would be missed are named up to this many."""


def skip(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    point: Annotated[str, typer.Argument(help="The point in question.", show_default=False)],
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Say whether LEARNER may skip POINT, and why; nothing is changed."""
    view = run_in_context(lambda context: assess_skip(context, learner, point, course))
    if json:
        print_json(view)
        return
    console.print(f"{view.verdict.replace('_', ' ')}  {view.reason}")
    for line in _make_evidence_lines(view):
        console.print(line)


def _make_evidence_lines(view: SkipView) -> list[str]:
    own = "nothing recorded" if view.point.uncertainty is None else _format_point(view.point)
    lines = [f"  itself    {own}; needed {view.point.needed:.0%}"]
    lines += [f"  rests on  {_format_point(each)}" for each in view.prerequisites]
    lines += [
        f"  shown by  {' → '.join(point.name for point in each.chain)} ({each.point.level:.0%})"
        for each in view.shown_by
    ]
    lines += [f"  missed    {_format_point(each)}" for each in view.missed[:MAX_MISSED]]
    if len(view.missed) > MAX_MISSED:
        lines.append(f"  …         and {len(view.missed) - MAX_MISSED} more: --json lists them")
    if view.verdict == "test_first":
        lines += [f"  check     {item}" for item in view.items]
    if view.gates:
        lines.append("  It is not met, so what builds on it stays closed until answers show that it is known.")
    return lines


def _format_point(point: PointStateView) -> str:
    return f"{point.name} ({point.level:.0%})"


def outcome(  # noqa: PLR0913 - each is an option of the command
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    what: Annotated[str, typer.Argument(help="A recommendation's id (rec-…), or a resource's.", show_default=False)],
    right: Annotated[bool | None, typer.Option("--right/--wrong", help="How it went.", show_default=False)] = None,
    score: Annotated[
        float | None, typer.Option(min=0, max=1, help="The share that was right; alone, 0.6 or more is right.")
    ] = None,
    at: Annotated[datetime | None, typer.Option(help="When, local time; now without it.")] = None,
    id: Annotated[str | None, typer.Option(help="Your own id: the same one twice counts once.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Send what happened with WHAT; LEARNER's mastery follows."""
    sent = validate_body(
        OutcomeBody,
        id=id,
        learner=learner,
        right=right,
        score=score,
        at=at and at.astimezone(),
        **{"recommendation" if what.startswith("rec-") else "resource": what},
    )
    [told] = run_in_context(lambda context: outcomes.report_outcomes(context, [sent]))
    print_json(told) if json else _print_outcome(told)


def _print_outcome(told: OutcomeView) -> None:
    console.print(f"{'stored before, nothing changed' if told.repeated else 'stored'}  reward {told.reward:+.3f}")
    for change in told.changes:
        console.print(f"  {change.name}  {change.before:.0%} → {change.after:.0%}")


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.add_typer(app, name="learner")
    group.command()(mastery)
    group.command()(history)
    group.command()(skip)
    group.command()(outcome)
