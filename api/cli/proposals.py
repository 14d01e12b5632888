"""`lodestar propose`, `review`: mine proposed edges from a log and from texts, and decide them one by one.

A review shows the proposal, its evidence and what accepting it would do, and asks for a decision.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from api.cli.runtime import print_json, run_on_graph
from api.cli.tables import add_id_column, add_text_column, print_whole
from graph import catalogue
from graph.connection import Graph
from graph.errors import Conflict, Invalid
from graph.proposals import store
from graph.proposals.reader import ProposalFilter
from models.mining.prerequisites import MiningRules
from services.curation import mining, proposals
from services.curation import proposals as cases
from services.curation.mining import MiningResult, MiningSource
from services.curation.proposals import (
    EffectView,
    ProposalDetail,
    ProposalView,
    ProposalViews,
    ReviewAction,
    ReviewBody,
    ReviewedProposal,
)
from services.settings import Settings

console = Console(soft_wrap=True, highlight=False, markup=False)
PAGE_SIZE = 500
ACTION_KEYS: dict[str, ReviewAction] = {"a": "accept", "r": "reject"}


async def review_open_proposals(graph: Graph, course: str | None, author: str) -> None:
    """Ask about every open proposal; each answer is stored at once, so nothing is lost when the terminal closes."""
    found = await list_course_proposals(graph, course, decided=False)
    if not found.total:
        console.print(f"Nothing is open in {found.course}. Look for more: lodestar propose {found.course}")
        return
    decided = 0
    try:
        for place, each in enumerate(found.proposals, 1):
            decided += await _ask_decision(graph, f"{place} of {found.total}", each, author)
    except typer.Abort:
        console.print()
    left = (await list_course_proposals(graph, found.course, decided=False)).total
    console.print(f"{decided} decided, {left} open in {found.course}")


async def list_course_proposals(graph: Graph, course: str | None, decided: bool) -> ProposalViews:
    """Return a course's open proposals, with `decided` all of them; of the only course where none is named."""
    if course is None:
        ids = [summary.id for summary in await catalogue.list_courses(graph)]
        if len(ids) != 1:
            raise Invalid(f"Name the course, one of: {', '.join(ids) or 'none yet'}.", "course")
        course = ids[0]
    return await proposals.list_proposals(
        graph, ProposalFilter(course, status=None if decided else "proposed"), PAGE_SIZE
    )


async def decide_edge(
    graph: Graph, action: ReviewAction, before: str, after: str, why: str, author: str
) -> ReviewedProposal:
    """Decide the edge between two points in the name of `author`."""
    found = (await proposals.get_proposal(graph, before, after)).proposal
    return await _review_as_author(graph, action, found, why, author)


def format_pair(found: ProposalView) -> str:
    """Return both ends by id, as one string."""
    return f"{found.before.id} {'→' if found.kind == 'prerequisite' else '–'} {found.after.id}"


async def _review_as_author(
    graph: Graph, action: ReviewAction, found: ProposalView, why: str, author: str
) -> ReviewedProposal:
    ends = {"before": found.before.id, "after": found.after.id}
    return await proposals.review_proposal(graph, action, ReviewBody(kind=found.kind, by=author, why=why, **ends))


async def _ask_decision(graph: Graph, place: str, listed: ProposalView, author: str) -> int:
    """How many were decided: 1, or 0 where it was skipped or somebody was quicker. Raises `Abort` to end."""
    detail = await proposals.get_proposal(graph, listed.before.id, listed.after.id, listed.kind)
    found = detail.proposal
    console.print(f"\n{place}   {format_pair(found)}   ({found.kind})")
    if found.status != "proposed":
        console.print(f"  meanwhile {found.status} by {found.review.by if found.review else 'somebody'}")
        return 0
    for line in _make_detail_lines(detail):
        console.print(f"  {line}")
    action = _ask_action()
    if action is None:
        return 0
    why = typer.prompt("why (may be empty)", default="", show_default=False).strip()
    try:
        done = await _review_as_author(graph, action, found, why, author)
    except Conflict as error:
        console.print(f"  {error}")
        return 0
    console.print(f"  {done.proposal.status}, revision {done.revision}")
    return 1


def _ask_action() -> ReviewAction | None:
    """None to skip; raises `Abort` to quit."""
    while True:
        typed = typer.prompt("accept, reject, skip or quit (a/r/s/q)").strip().lower()[:1]
        if typed == "q":
            raise typer.Abort
        if typed in ("s", *ACTION_KEYS):
            return ACTION_KEYS.get(typed)


def _make_detail_lines(detail: ProposalDetail) -> list[str]:
    found = detail.proposal
    ends = [(end.name, end.level or "no level", end.description or "") for end in (found.before, found.after)]
    lines = [f"{name}  [{level}]  {text}".rstrip() for name, level, text in ends]
    lines.append(f"evidence   {found.evidence.text or 'none is on record'}")
    if found.review is not None:
        earlier = found.review
        learners = f", on {earlier.support:.0f} learners" if earlier.support is not None else ""
        lines.append(f"earlier    judged by {earlier.by or 'somebody'}{learners}: {earlier.why or 'no reason given'}")
    if detail.effect is not None:
        lines.append(f"accepting  {_format_effect(detail.effect, found)}")
    if found.cycle:
        lines.append(f"cycle      accepting would close {' → '.join(found.cycle)}")
    if found.implied:
        lines.append(f"implied    {' → '.join(found.implied)} says the same already")
    return lines


def _format_effect(effect: EffectView, found: ProposalView) -> str:
    now = f"{effect.open} of {effect.learners} learners have “{found.after.name}” open now"
    return f"gates {effect.resources} resources; {now}, for {effect.closes} of them it would close"


def review(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COURSE] [A B]", help="A course; to decide one proposal, also its two points."),
    ] = None,
    accept: Annotated[bool | None, typer.Option("--accept/--reject", help="Decide A B.", show_default=False)] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Take back what was decided of A B.")] = False,
    why: Annotated[str, typer.Option(help="The reason, for those who come later.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="Only list what is open.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The API's answer, decided ones too.")] = False,
) -> None:
    """Go through the open proposals of COURSE, strongest first: accept, reject, skip or quit.

    Each decision is stored at once, in your name (LODESTAR_AUTHOR, else the account's). Without questions:
    lodestar review english --accept A B --why "…", and --reject or --reopen in the same way.
    """
    words = what or []
    if accept is not None or reopen:
        _decide_one(words, "reopen" if reopen else "accept" if accept else "reject", why, json)
        return
    if len(words) > 1:
        raise typer.BadParameter("say --accept, --reject or --reopen to decide one proposal")
    if listing or json:
        _print_proposals(words, json)
    else:
        settings, course = Settings(), words[0] if words else None
        run_on_graph(lambda graph: review_open_proposals(graph, course, settings.author), settings)


def _decide_one(words: list[str], action: cases.ReviewAction, why: str, json: bool) -> None:
    if len(words) not in (2, 3):
        raise typer.BadParameter(f"--{action} needs the two points: lodestar review COURSE --{action} A B")
    before, after = words[-2:]
    settings = Settings()
    done = run_on_graph(lambda graph: decide_edge(graph, action, before, after, why, settings.author), settings)
    if json:
        print_json(done)
        return
    found = done.proposal
    console.print(f"{found.status}  {format_pair(found)} ({found.kind})  revision {done.revision}", soft_wrap=True)


def _print_proposals(words: list[str], json: bool) -> None:
    found = run_on_graph(lambda graph: list_course_proposals(graph, words[0] if words else None, json))
    if json:
        print_json(found)
        return
    if not found.total:
        console.print(f"Nothing is open in {found.course}. Look for more: lodestar propose {found.course}")
        return
    table = Table(title=f"{found.total} open in {found.course}")
    add_id_column(table, "from", [each.before.id for each in found.proposals])
    add_id_column(table, "to", [each.after.id for each in found.proposals])
    table.add_column("kind", no_wrap=True)
    add_text_column(table, "evidence", [each.evidence.text or "" for each in found.proposals])
    for each in found.proposals:
        notes = [each.evidence.text or "", "closes a cycle" if each.cycle else "", "implied" if each.implied else ""]
        table.add_row(each.before.id, each.after.id, each.kind, " ".join(note for note in notes if note))
    print_whole(console, table)


MAX_LISTED = 10


def propose(
    course: Annotated[str, typer.Argument(help="The course's id, see `lodestar courses`.", show_default=False)],
    from_log: Annotated[
        Path | None,
        typer.Option(
            help="CSV or JSONL with learner, skill (point ids), right; item, time, order. Else the graph's own log."
        ),
    ] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Also compare names and descriptions.")] = False,
    least_support: Annotated[int, typer.Option(min=1, help="Fewest learners who mastered both.")] = MiningRules.support,
    q: Annotated[
        float, typer.Option("--q", min=0, max=1, help="False discovery rate that is aimed at.")
    ] = MiningRules.q,
    most: Annotated[int, typer.Option(min=1, help="New proposals at most, the strongest.")] = store.MAX_PROPOSALS,
) -> None:
    """Propose prerequisites that COURSE's log speaks for; nothing gates before a person accepts it.

    What was rejected comes back only with new evidence, and what would close a cycle or is implied by accepted
    prerequisites is left out. Then: lodestar review COURSE
    """
    source = MiningSource(from_log, texts, MiningRules(q=q, support=least_support), most)
    settings = Settings()
    with _show_mining_bar() as (report, say):
        found = run_on_graph(
            lambda graph: mining.mine_proposals(graph, course, source, settings.author, report, say), settings
        )
    _print_mining_result(course, found)


def _print_mining_result(course: str, search: MiningResult) -> None:
    for line in search.told:
        console.print(line)
    sifted = search.proposed.sifted
    for word, some in (("new", sifted.new), ("back, on new evidence", sifted.returning), ("renewed", sifted.updated)):
        for each in some[:MAX_LISTED]:
            console.print(f"{word}  {each.pair}\n    {each.evidence}")
        if len(some) > MAX_LISTED:
            console.print(f"{word}  … and {len(some) - MAX_LISTED} more")
    counts = f"{len(sifted.new)} new, {len(sifted.returning)} back, {len(sifted.updated)} renewed"
    console.print(f"{search.found} found: {counts}, {len(sifted.skipped)} left out")
    for reason, count in Counter(left.reason for left in sifted.skipped).most_common():
        first = next(left for left in sifted.skipped if left.reason == reason)
        way = f": {' → '.join(first.path)}" if first.path else ""
        console.print(f"  {count} {reason}, e.g. {first.pair}{way}")
    if search.proposed.revision is not None:
        console.print(f"revision {search.proposed.revision}   next: lodestar review {course}")


@contextmanager
def _show_mining_bar() -> Iterator[tuple[Callable[[int, int], None], Callable[[str], None]]]:
    """Learners read of all learners, and what goes on after that."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield (
            lambda done, total: bar.update(task, completed=done, total=total),
            lambda step: bar.update(task, description=step),
        )


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""
    group.command()(review)
    group.command()(propose)
