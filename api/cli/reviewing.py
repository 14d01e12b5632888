"""One proposal after the other in a terminal: what it says, what speaks for it, what accepting would do; a decision."""

import typer
from rich.console import Console

from api import review
from api.review import Action, Graph, Verdict, Wanted
from api.review_views import Decided, EffectView, ProposalDetail, ProposalView, ProposalViews
from api.settings import Settings
from graph import catalogue
from graph.errors import Conflict, Invalid

console = Console(soft_wrap=True, highlight=False, markup=False)
PAGE = 500
KEYS: dict[str, Action] = {"a": "accept", "r": "reject"}


async def sit(graph: Graph, course: str | None) -> None:
    """Ask about every open proposal; each answer is stored at once, so nothing is lost when the terminal closes."""
    found = await everything(graph, course, decided=False)
    if not found.total:
        console.print(f"Nothing is open in {found.course}. Look for more: lodestar propose {found.course}")
        return
    decided = 0
    try:
        for place, each in enumerate(found.proposals, 1):
            decided += await _ask(graph, f"{place} of {found.total}", each)
    except typer.Abort:
        console.print()
    left = (await everything(graph, found.course, decided=False)).total
    console.print(f"{decided} decided, {left} open in {found.course}")


async def everything(graph: Graph, course: str | None, decided: bool) -> ProposalViews:
    """A course's open proposals, the decided ones too if asked for; the only course where none is named."""
    if course is None:
        ids = [summary.id for summary in await catalogue.courses(graph)]
        if len(ids) != 1:
            raise Invalid(f"Name the course, one of: {', '.join(ids) or 'none yet'}.", "course")
        course = ids[0]
    return await review.listing(graph, Wanted(course, status=None if decided else "proposed"), PAGE)


async def decide(graph: Graph, action: Action, before: str, after: str, why: str) -> Decided:
    """Decide the edge between two points in the name of this deployment's author."""
    found = (await review.show(graph, before, after)).proposal
    return await _judge(graph, action, found, why)


def pair(found: ProposalView) -> str:
    """Both ends by id."""
    return f"{found.before.id} {'→' if found.kind == 'prerequisite' else '–'} {found.after.id}"


async def _judge(graph: Graph, action: Action, found: ProposalView, why: str) -> Decided:
    ends = {"before": found.before.id, "after": found.after.id}
    return await review.judge(graph, action, Verdict(kind=found.kind, by=Settings().author, why=why, **ends))


async def _ask(graph: Graph, place: str, listed: ProposalView) -> int:
    """How many were decided: 1, or 0 where it was skipped or somebody was quicker. Raises `Abort` to end."""
    detail = await review.show(graph, listed.before.id, listed.after.id, listed.kind)
    found = detail.proposal
    console.print(f"\n{place}   {pair(found)}   ({found.kind})")
    if found.status != "proposed":
        console.print(f"  meanwhile {found.status} by {found.review.by if found.review else 'somebody'}")
        return 0
    for line in _lines(detail):
        console.print(f"  {line}")
    action = _key()
    if action is None:
        return 0
    why = typer.prompt("why (may be empty)", default="", show_default=False).strip()
    try:
        done = await _judge(graph, action, found, why)
    except Conflict as error:
        console.print(f"  {error}")
        return 0
    console.print(f"  {done.proposal.status}, revision {done.revision}")
    return 1


def _key() -> Action | None:
    """None to skip; raises `Abort` to quit."""
    while True:
        typed = typer.prompt("accept, reject, skip or quit (a/r/s/q)").strip().lower()[:1]
        if typed == "q":
            raise typer.Abort
        if typed in ("s", *KEYS):
            return KEYS.get(typed)


def _lines(detail: ProposalDetail) -> list[str]:
    found = detail.proposal
    ends = [(end.name, end.level or "no level", end.description or "") for end in (found.before, found.after)]
    lines = [f"{name}  [{level}]  {text}".rstrip() for name, level, text in ends]
    lines.append(f"evidence   {found.evidence.text or 'none is on record'}")
    if found.review is not None:
        earlier = found.review
        learners = f", on {earlier.support:.0f} learners" if earlier.support is not None else ""
        lines.append(f"earlier    judged by {earlier.by or 'somebody'}{learners}: {earlier.why or 'no reason given'}")
    if detail.effect is not None:
        lines.append(f"accepting  {_effect(detail.effect, found)}")
    if found.cycle:
        lines.append(f"cycle      accepting would close {' → '.join(found.cycle)}")
    if found.implied:
        lines.append(f"implied    {' → '.join(found.implied)} says the same already")
    return lines


def _effect(effect: EffectView, found: ProposalView) -> str:
    now = f"{effect.open} of {effect.learners} learners have “{found.after.name}” open now"
    return f"gates {effect.resources} resources; {now}, for {effect.closes} of them it would close"
