"""`lodestar review`: proposed prerequisites and relations, one after the other, and what a person says of them."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api import review as cases
from api.cli import reviewing
from api.cli.session import on_graph, print_json

console = Console(highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(review)


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
        _decide(words, "reopen" if reopen else "accept" if accept else "reject", why, json)
        return
    if len(words) > 1:
        raise typer.BadParameter("say --accept, --reject or --reopen to decide one proposal")
    if listing or json:
        _list(words, json)
    else:
        on_graph(lambda graph: reviewing.sit(graph, words[0] if words else None))


def _decide(words: list[str], action: cases.Action, why: str, json: bool) -> None:
    if len(words) not in (2, 3):
        raise typer.BadParameter(f"--{action} needs the two points: lodestar review COURSE --{action} A B")
    before, after = words[-2:]
    done = on_graph(lambda graph: reviewing.decide(graph, action, before, after, why))
    if json:
        print_json(done)
        return
    found = done.proposal
    console.print(f"{found.status}  {reviewing.pair(found)} ({found.kind})  revision {done.revision}", soft_wrap=True)


def _list(words: list[str], json: bool) -> None:
    found = on_graph(lambda graph: reviewing.everything(graph, words[0] if words else None, json))
    if json:
        print_json(found)
        return
    if not found.total:
        console.print(f"Nothing is open in {found.course}. Look for more: lodestar propose {found.course}")
        return
    table = Table("from", "to", "kind", "evidence", title=f"{found.total} open in {found.course}")
    for each in found.proposals:
        notes = [each.evidence.text or "", "closes a cycle" if each.cycle else "", "implied" if each.implied else ""]
        table.add_row(each.before.id, each.after.id, each.kind, " ".join(note for note in notes if note))
    console.print(table)
