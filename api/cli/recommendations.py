"""`lodestar recommend`, `dismiss`, `path`: what a learner should do next and why, and the path to the goal.

A path can also be saved as one HTML page without other files: steps, reasons, and bars of mastery before and after.
"""

from html import escape
from pathlib import Path as File
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.runtime import print_json
from api.cli.service_runtime import run_in_context
from services.recommendations import dismissals
from services.recommendations.dismissals import DismissalBody
from services.recommendations.paths import MAX_PATH_STEPS, find_path
from services.recommendations.recommend import recommend as choose
from services.recommendations.schemas import (
    CandidateView,
    LearningPath,
    NewRecommendations,
    PathStep,
    Recommendation,
)
from services.schemas import LevelChangeView, validate_body
from services.settings import Settings

console = Console(soft_wrap=True, highlight=False, markup=False)


def recommend(  # noqa: PLR0913 - each is an option of the command
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    n: Annotated[int, typer.Option("-n", min=1, max=20, help="How many, best first.")] = 1,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    strategy: Annotated[
        str | None, typer.Option(help="Who decides, see `lodestar strategies`; who serves the course without it.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also every candidate, kept or dropped.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Decide anew, whatever is open.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Recommend the next step for LEARNER; the same one again until it is answered, dismissed or out of date.

    Send the outcome with the printed id: lodestar outcome LEARNER ID --right
    Not wanted: lodestar dismiss ID not_now
    """
    asked = validate_body(NewRecommendations, course=course, n=n, explain=explain, strategy=strategy, fresh=fresh)
    answer = run_in_context(lambda context: choose(context, learner, asked))
    if json:
        print_json(answer)
        return
    for each in answer.strategy.handed_over if answer.strategy else []:
        console.print(f"{each.strategy} handed over: {each.why}")
    for step in answer.recommendations:
        _print_recommendation(step)
    if answer.recommendations and answer.recommendations[0].candidates:
        _print_candidates(answer.recommendations[0].candidates)
    if answer.reason:
        console.print(answer.reason.text)


def _print_recommendation(step: Recommendation) -> None:
    resource = step.resource
    console.print(f"{resource.title}  ({resource.kind}, {resource.minutes:g} min)  {resource.id}")
    console.print(f"  because  {step.reasons.text}")
    chance = f"chosen with {step.propensity:.0%} by {step.policy.name} {step.policy.version}"
    console.print(f"  id       {step.id}   {chance}   chance of success {step.reasons.success:.0%}")
    console.print(f"  graph    revision {step.revision}")


def _print_candidates(candidates: list[CandidateView]) -> None:
    table = Table()
    table.add_column(
        "resource", no_wrap=True, overflow="ignore", min_width=max(len(each.resource) for each in candidates)
    )
    table.add_column("title")
    for heading in ("Q", "score", "probability", "kept"):
        table.add_column(heading, justify="right")
    for each in sorted(candidates, key=lambda each: (not each.kept, -(each.score or 0))):
        q, score = ("" if value is None else f"{value:.3f}" for value in (each.q, each.score))
        table.add_row(each.resource, each.title, q, score, f"{each.propensity:.0%}", "yes" if each.kept else "no")
    console.print(table)


def dismiss(
    recommendation: Annotated[str, typer.Argument(help="A recommendation's id (rec-…).", show_default=False)],
    reason: Annotated[
        str, typer.Argument(help="not_now, too_easy, too_hard, known or not_for_me.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Say why RECOMMENDATION is not wanted; it never counts as an answer."""
    sent = validate_body(DismissalBody, reason=reason)
    stored = run_in_context(lambda context: dismissals.dismiss(context, recommendation, sent))
    if json:
        print_json(stored)
        return
    console.print(f"{'dismissed before, nothing changed' if stored.repeated else 'dismissed'}  {stored.resource}")
    console.print(f"  {stored.effect}")


_PAGE_STYLE = """
:root { color-scheme: light dark; --line: #8884; --before: #7aa2d6; --after: #2e9e6b; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .lead { opacity: .75; margin-top: .25rem; }
ol { list-style: none; padding: 0; border-left: 3px solid var(--line); margin-left: .6rem; }
li { position: relative; padding: 0 0 1.4rem 1.6rem; }
li::before { content: ""; position: absolute; left: -.58rem; top: .45rem; width: .8rem; height: .8rem;
  border-radius: 50%; background: var(--after); }
h2 { font-size: 1.05rem; margin: 0; } .meta { opacity: .7; font-size: .9rem; } p { margin: .2rem 0 .5rem; }
.bar { display: grid; grid-template-columns: 14rem 1fr 6rem; gap: .6rem; align-items: center; font-size: .85rem; }
.track { background: var(--line); border-radius: 4px; height: .6rem; overflow: hidden; display: flex; }
.track i { background: var(--before); } .track b { background: var(--after); }
"""


def render_path_page(path: LearningPath) -> str:
    """Return the page's HTML; every text from the graph is escaped."""
    goals = ", ".join(point.name for point in path.goals) or "the whole course"
    end = "reaches the goal" if path.reached else (path.reason.text if path.reason else "does not reach the goal yet")
    steps = "\n".join(_render_step(step) for step in path.steps)
    title = escape(f"{path.learner}: the path to {goals}")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_PAGE_STYLE}</style></head>
<body><h1>{title}</h1>
<p class="lead">{len(path.steps)} steps, {path.minutes:.0f} minutes; {escape(end)}.
Chosen by {escape(path.policy.name)} {escape(path.policy.version)}. Bars: mastery before (blue) and after (green).</p>
<ol>
{steps}
</ol></body></html>
"""


def _render_step(step: PathStep) -> str:
    resource = step.resource
    name = escape(resource.title)
    url = resource.url or ""
    title = f'<a href="{escape(url)}">{name}</a>' if url.startswith(("http://", "https://")) else name
    bars = "".join(_render_bar(rise) for rise in step.raises)
    return (
        f"<li><h2>{step.step}. {title}</h2>"
        f'<div class="meta">{escape(resource.kind)}, {resource.minutes:g} minutes</div>'
        f"<p>{escape(step.reasons.text)}</p>{bars}</li>"
    )


def _render_bar(rise: LevelChangeView) -> str:
    gain = max(0.0, rise.after - rise.before)
    return (
        f'<div class="bar"><span>{escape(rise.name)}</span><span class="track">'
        f'<i style="width:{rise.before:.1%}"></i><b style="width:{gain:.1%}"></b></span>'
        f"<span>{rise.before:.0%} → {rise.after:.0%}</span></div>"
    )


def print_path(path: LearningPath, file: File | None = None) -> None:
    """Print `step 1  Title (kind, 8 min)  because …`, then how it ends; with `file` write the page there."""
    width = max((len(step.resource.title) for step in path.steps), default=0)
    for step in path.steps:
        resource = step.resource
        what = f"{resource.title:<{width}}  ({resource.kind}, {resource.minutes:.0f} min)"
        console.print(f"step {step.step:<3}  {what}  because {step.reasons.text[0].lower()}{step.reasons.text[1:]}")
    goals = ", ".join(point.name for point in path.goals) or "the whole course"
    end = (
        "the goal is reached" if path.reached else (path.reason.text if path.reason else "the goal is not reached yet")
    )
    console.print(f"{len(path.steps)} steps, {path.minutes:.0f} minutes to {goals}: {end}")
    console.print(f"policy {path.policy.name} {path.policy.version}")
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(render_path_page(path), encoding="utf-8")


def path(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    goal: Annotated[
        list[str] | None, typer.Option(help="A point to reach; the learner's own goals without it.")
    ] = None,
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    longest: Annotated[int, typer.Option(min=1, max=200, help="Steps at most.")] = MAX_PATH_STEPS,
    save: Annotated[bool, typer.Option("--save", help="Also keep it as a web page.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The API's answer.")] = False,
) -> None:
    """Print the path of LEARNER to the goal, with the reason of each step. Nothing is logged."""
    settings = Settings()
    found = run_in_context(lambda context: find_path(context, learner, course, goal, longest), settings)
    if json:
        print_json(found)
        return
    file = settings.home / "paths" / f"{learner}.html" if save else None
    print_path(found, file)
    if file:
        console.print(f"saved path  {file.as_uri()}")


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.command()(recommend)
    group.command()(dismiss)
    group.command()(path)
