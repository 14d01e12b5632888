"""No malformed file gets in, each is told with its place and a remedy, and the graph stays byte for byte as it was."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from graph.connection import Graph
from graph.errors import BadCourse
from graph.formats import registry
from graph.importing import import_course
from tests.graph.folders import GOOD, parse_folder, write_folder
from tests.graph.formats.malformed import BOMBS, CASES, LOGS, problems
from tests.snapshot import clear

ROOT = Path(__file__).parents[3]
MOST_MIB = 1200
"""That a process may take for the worst file; reading a good small one takes about 100."""

READ = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv.pop()) * 2**20,) * 2)
runpy.run_module("tests.graph.formats.malformed", run_name="__main__")
"""

pytestmark = pytest.mark.database


async def everything(graph: Graph) -> bytes:
    """The whole database, nodes and relationships with all that they hold, as sorted lines."""
    nodes = "MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS values"
    edges = (
        "MATCH (a)-[e]->(b) RETURN elementId(e) AS id, elementId(a) AS start, elementId(b) AS end, type(e) AS type, "
        "properties(e) AS values"
    )
    found = [
        row for text in (nodes, edges) for row in await graph.execute_read(lambda work, text=text: work.text(text))
    ]
    option = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return b"".join(sorted(orjson.dumps(row, default=str, option=option) for row in found))


@pytest.fixture(scope="module")
def stock() -> list[bytes]:
    """All bytes of the graph with the small good course, while it is there; else empty."""
    return []


@pytest.fixture
async def stocked(connection, stock, tmp_path_factory) -> tuple[Graph, bytes]:
    """The graph with the small good course in it, and all its bytes."""
    if not stock:
        await clear(connection)
        await import_course(connection, parse_folder(write_folder(tmp_path_factory.mktemp("good"))))
        stock.append(await everything(connection))
    return connection, stock[0]


@pytest.fixture
def graph(graph, stock) -> Graph:
    """The empty graph; the small course is gone."""
    stock.clear()
    return graph


async def test_the_dump_sees_every_change(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    seen = {before := await everything(graph)}
    for text in ("MATCH (k {id: 'tiny/a'}) SET k.x = 1", "MATCH ()-[e:TEACHES]->() SET e.x = 1", "CREATE (:X)"):
        await graph.execute_write(lambda work, text=text: work.text(text))
        seen.add(await everything(graph))
    assert len(seen) == 4 and b'"tiny/r/a"' in before and b'"PREREQUISITE_OF"' in before


def test_there_are_many_of_every_kind():
    assert len(CASES) >= 100
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert {case.form for case in CASES} >= {"case", "metacademy", "answers", None}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_malformed_file(stocked, tmp_path, case):
    graph, before = stocked
    path = case.make(tmp_path)
    if case.form in LOGS:
        told = problems(case.form, path)
    else:
        with pytest.raises(BadCourse) as refused:
            await import_course(graph, registry.read_course_files(path, case.form))
        told = refused.value.problems
    assert any(re.search(case.told, problem) for problem in told), [problem[:300] for problem in told[:5]]
    assert await everything(graph) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read(stocked, tmp_path):
    graph, before = stocked
    (write_folder(tmp_path) / "points.csv").chmod(0)
    with pytest.raises(BadCourse, match=r"points\.csv: cannot be read \(Permission denied\); check"):
        await import_course(graph, registry.read_course_files(tmp_path))
    assert await everything(graph) == before


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, str]:
    """What is said of each bomb, by one process that has little memory for all of them, one after the other."""
    made = [[case.form, str(case.make(tmp_path_factory.mktemp("bomb")))] for case in BOMBS]
    command = [sys.executable, "-c", READ, str(MOST_MIB)]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(made), capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    said = ["\n".join(json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip([case.name for case in BOMBS], said, strict=True))


@pytest.mark.parametrize("case", BOMBS, ids=lambda case: case.name)
def test_a_bomb_does_not_fill_the_memory(told, case):
    assert re.search(case.told, told[case.name]), told[case.name][:500]


WORST = ("folder: a cycle", "folder: Latin-1", "course.xlsx: laughs", "case: cut", "folder: a link to itself")


@pytest.mark.parametrize("case", [case for case in CASES if case.name in WORST], ids=lambda case: case.name)
async def test_the_command_says_so_and_ends_with_1(stocked, address, tmp_path, case):
    graph, before = stocked
    given = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    words = ["import", str(case.make(tmp_path)), *(["--from", case.form] if case.form else [])]
    command = [sys.executable, "-c", "from api.cli.main import main; main()", *words]
    options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 240, "env": os.environ | given}
    done = await asyncio.to_thread(subprocess.run, command, **options)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert re.search(case.told, done.stdout) and "nothing was imported" in done.stdout
    assert await everything(graph) == before


@pytest.mark.parametrize(
    "files",
    [
        {
            "points_csv": b"\xef\xbb\xbf" + GOOD["points.csv"].encode(),
            "resources_jsonl": "\ufeff" + GOOD["resources.jsonl"],
        },
        {"course_json": "\ufeff" + GOOD["course.json"]},
        {name.replace(".", "_"): content.replace("\n", "\r\n") for name, content in GOOD.items()},
        {name.replace(".", "_"): content.replace("\n", "\r") for name, content in GOOD.items()},
        {"points_csv": GOOD["points.csv"].replace("\n", ",,\n")},
        {"points_csv": GOOD["points.csv"] + ",,\n\n,,\n"},
        {"resources_jsonl": "\n\n" + GOOD["resources.jsonl"].replace("\n", "\n \n")},
    ],
    ids=["marks", "a mark in course.json", "CRLF", "CR", "trailing commas", "empty rows", "empty lines"],
)
async def test_what_is_odd_and_fine(graph, tmp_path, files):
    await import_course(graph, parse_folder(write_folder(tmp_path / "good")))
    done = await import_course(graph, parse_folder(write_folder(tmp_path / "odd", **files)))
    assert not done.written.is_changed
