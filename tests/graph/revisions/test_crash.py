"""Change, record and known state are committed together or not at all, whoever is killed or writes meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from neo4j import GraphDatabase

from graph.importing import import_course
from graph.revisions import history
from graph.revisions.record import Attribution
from graph.revisions.revert import revert_revision
from graph.revisions.snapshot import find_changed_chunks
from graph.revisions.sync import sync_graph
from tests.graph.folders import GOOD, parse_folder, write_folder
from tests.graph.revisions.curated import run, state, tiny

pytestmark = pytest.mark.database

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from graph import importing
from graph.revisions import revert, sync
from graph.connection import Address, connect
from graph.revisions.record import Attribution
from tests.graph.folders import parse_folder

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    async def then_die(*given, **named):
        await real(*given, **named)
        die()
    setattr(module, name, then_die)

async def main(uri, password, folder, where):
    course = parse_folder(Path(folder))
    async with connect(Address(uri, password=password)) as graph:
        if where == "half an import":
            await importing.import_course(graph, course, progress=die)
        elif where == "before an import's commit":
            after(importing, "record_change")
            await importing.import_course(graph, course)
        elif where == "before a check's commit":
            after(sync, "write_revision")
            await sync.sync_graph(graph)
        else:
            after(revert, "write_revision")
            await revert.revert_revision(graph, 2, Attribution("x", "revert"))

asyncio.run(main(*sys.argv[1:]))
"""

PLACES = ["half an import", "before an import's commit", "before a check's commit", "before a revert's commit"]


@pytest.mark.parametrize("where", PLACES)
async def test_who_is_killed_leaves_everything_or_nothing(graph, address, tmp_path, where):
    await tiny(graph, tmp_path / "old")
    await run(graph, "MATCH (k {id: 'tiny/a'}) SET k.name = 'by hand'")
    if "check" not in where:
        await sync_graph(graph)
    new = write_folder(
        tmp_path / "new", points_csv=GOOD["points.csv"].replace("Second", "Other") + "tiny/d,Fourth,B1\n"
    )
    before, log = await state(graph), await history.list_revisions(graph)
    command = [sys.executable, "-c", KILLED, address.uri, address.password, str(new), where]
    killed = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | {"PYTHONPATH": "."})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (await state(graph), await history.list_revisions(graph)) == (before, log)
    assert bool(await find_changed_chunks(graph)) == ("check" in where)
    await tiny(graph, tmp_path / "new", points_csv=(new / "points.csv").read_text())
    await revert_revision(graph, (await history.list_revisions(graph))[0].number, Attribution("x", "revert"))
    assert await state(graph) == before and await find_changed_chunks(graph) == set()


async def test_a_hand_that_writes_while_an_import_runs(graph, address, tmp_path):
    """The hand's transactions are implicit ones of a plain driver, as Browser's are."""
    await tiny(graph, tmp_path)
    changed = parse_folder(write_folder(tmp_path, points_csv=GOOD["points.csv"].replace("First", "Premier")))
    with GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver:

        def by_hand(text):
            with driver.session(database=address.database) as session:
                session.run(text).consume()

        def meanwhile(rows):
            by_hand("MATCH (k {id: 'tiny/c'}) SET k.name = 'by hand'")
            by_hand("CREATE (:Resource {id: 'hand', title: 'H', minutes: 2, status: 'active'})")

        await import_course(graph, changed, progress=meanwhile)
    assert await find_changed_chunks(graph)
    await sync_graph(graph)
    assert [each.action for each in await history.list_revisions(graph)] == ["browser", "import", "import"]
    assert await find_changed_chunks(graph) == set()
    rows = (await history.read_diff(graph, 3)).after
    assert set(rows["points"]) == {b'"tiny/c"'} and set(rows["resources"]) == {b'"hand"'}


async def test_an_import_and_hands_on_the_same_rows_end_consistently(graph, tmp_path):
    folders = [
        parse_folder(write_folder(tmp_path / str(n), points_csv=GOOD["points.csv"].replace("First", f"First {n}")))
        for n in range(4)
    ]
    await tiny(graph, tmp_path)

    async def hand(n):
        await run(graph, "MATCH (k {id: 'tiny/a'}) SET k.name = $name", name=f"hand {n}")
        await sync_graph(graph)

    await asyncio.gather(*(import_course(graph, each) for each in folders), *map(hand, range(4)))
    await sync_graph(graph)
    assert await find_changed_chunks(graph) == set()
    numbers = [each.number for each in await history.list_revisions(graph, limit=100)]
    assert numbers == list(range(len(numbers), 0, -1))
