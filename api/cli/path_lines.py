"""A path on the screen, one line a step, and as a page that stays."""

from pathlib import Path as File

from rich.console import Console

from api.path_page import page
from api.views import Path

console = Console(soft_wrap=True, highlight=False, markup=False)


def print_path(path: Path, file: File | None = None) -> None:
    """`step 1  Title (kind, 8 min)  because …`, then how it ends; with `file` the page is written there."""
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
        file.write_text(page(path), encoding="utf-8")
