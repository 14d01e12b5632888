"""`lodestar graph log|diff|revert|sync` and `lodestar rebuild`, as typed."""

import json
import re

import pytest
import typer

from api.cli import revisions
from graph.errors import Conflict, Invalid
from tests.api.cli.terminal import on_database, typed
from tests.graph.revisions.curated import run, tiny

pytestmark = pytest.mark.database
app = typer.Typer()
revisions.register(app)


@pytest.fixture
def lodestar(graph, address, monkeypatch):
    """Runs a command on the tests' database."""
    on_database(monkeypatch, address)
    monkeypatch.setenv("LODESTAR_AUTHOR", "ana")

    async def type_(*words):
        result = await typed(app, *words)
        return re.sub(r"\s+", " ", result.output).strip()

    return type_


async def test_a_change_by_hand_is_listed_shown_and_undone(lodestar, graph, tmp_path):
    assert (await lodestar("graph", "log")).startswith("Nothing has changed yet.")
    await tiny(graph, tmp_path)
    await run(
        graph, "MATCH (k {id: 'tiny/a'}) SET k.name = 'By hand' WITH k MATCH (r {id: 'tiny/r/c'}) DETACH DELETE r"
    )
    said = await lodestar("graph", "log")
    assert "2 " in said and "browser browser points ~1, resources −1, teaches −1" in said
    assert "tester import courses +1, points" in said and "for a test" in said
    said = await lodestar("graph", "diff", 2)
    assert (
        '~ points tiny/a name: "First" → "By hand" − resources tiny/r/c' in said
        and "− teaches tiny/r/c → tiny/c" in said
    )
    rows = json.loads(await lodestar("graph", "diff", 0, 2, "--json"))
    assert {"table": "points", "kind": "new"}.items() <= rows[1].items() and len(rows) == 11
    said = await lodestar("graph", "revert", 2, "--why", "a slip")
    assert said.startswith("revision 3: 0 new, 1 changed, 0 gone in points, 1 new, 0 changed, 0 gone in resources")
    assert json.loads(await lodestar("graph", "log", "tiny", "--json"))[0]["why"] == "a slip"
    assert json.loads(await lodestar("graph", "log", "--json"))[0]["author"] == "ana"
    with pytest.raises(Conflict, match="points: tiny/a, changed again by revision 3"):
        await lodestar("graph", "revert", 2)
    with pytest.raises(Invalid, match="--to goes back as a whole"):
        await lodestar("graph", "revert", 2, "--to", "--row", "tiny/a")
    assert "1 changed, 0 gone in points" in await lodestar("graph", "revert", 3, "--row", "tiny/a")
    await lodestar("graph", "revert", 2, "--to")
    assert (await lodestar("graph", "diff", 2, 5)) == "No row differs."


async def test_sync_and_rebuild_say_what_they_found(lodestar, graph, tmp_path):
    await tiny(graph, tmp_path)
    assert await lodestar("graph", "sync") == "nothing was changed by hand"
    await run(graph, "MATCH (k {id: 'tiny/a'}) SET k.name = null")
    said = await lodestar("rebuild")
    assert "revision 2: 0 new, 1 changed, 0 gone in points" in said
    assert "points: tiny/a: name is empty; fill it in" in said
    assert said.endswith("3 points, 0 counts and semantic edges mended")
    assert json.loads(await lodestar("graph", "sync", "--json"))["revision"] is None
