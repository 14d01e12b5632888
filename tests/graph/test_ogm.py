"""Points, resources and learners as objects, by py2neo on the real server."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from graph import ogm
from graph.errors import GraphRefused, GraphUnavailable, Invalid
from graph.importing import import_course
from graph.lint.linter import lint_stored_course
from tests.graph.folders import GOOD, parse_folder, write_folder

pytest.importorskip("py2neo", reason='needs pip install "lodestar[py2neo]"')

LEARNER = """
MATCH (k:KnowledgePoint {id: 'tiny/a'})
CREATE (l:Learner {id: 'ana', course: 'tiny', maxMinutes: 20.0})
CREATE (l)-[:MASTERY {level: 0.7, uncertainty: 0.1, attempts: 3, practicedAt: $now, updatedAt: $now}]->(k)
CREATE (l)-[:AIMS_AT {level: 0.9}]->(k)
"""


@pytest.fixture
async def repository(graph, address, tmp_path):
    resources = GOOD["resources.jsonl"].replace('"Lesson a"', '"Lesson a", "level": "A1"')
    await import_course(graph, parse_folder(write_folder(tmp_path, resources_jsonl=resources)))
    await graph.execute_write(lambda work: work.text(LEARNER, now=datetime(2026, 3, 1, tzinfo=UTC)))
    return ogm.connect(address.uri, address.user, address.password)


@pytest.mark.database
async def test_a_point_with_what_it_rests_on_and_what_teaches_it(repository):
    point = repository.get(ogm.KnowledgePoint, "tiny/b")
    assert (point.name, point.level, point.prerequisite_count) == ("Second", "A1", 1)
    [before], [after] = point.prerequisites, point.successors
    assert (before.id, after.id) == ("tiny/a", "tiny/c")
    assert point.prerequisites.get(before, "reason") == "b needs a"
    assert point.prerequisites.get(before, "status") == "accepted"
    [lesson], [course] = point.resources, point.courses
    assert (lesson.title, lesson.kind, lesson.minutes) == ("Lesson b", "lesson", 5.0)
    assert (course.title, course.mastered_at, len(course.points)) == ("Tiny", 0.8, 3)
    lessons = repository.match(ogm.Resource).where(kind="lesson").order_by("_.id")
    assert [lesson.id for lesson in lessons] == ["tiny/r/a", "tiny/r/b", "tiny/r/c"]
    assert repository.get(ogm.KnowledgePoint, "tiny/none") is None


@pytest.mark.database
async def test_a_name_is_changed_and_nothing_else(repository, graph):
    state = "MATCH (k:KnowledgePoint)-[e]-() WITH k, e ORDER BY type(e), elementId(e) RETURN k.id AS id, " + (
        "properties(k) AS values, collect([type(e), properties(e)]) AS edges ORDER BY id"
    )
    before = await graph.execute_read(lambda work: work.text(state))
    point = repository.get(ogm.KnowledgePoint, "tiny/b")
    assert len(point.prerequisites) == 1
    point.name = "The second"
    repository.save(point)
    before[1]["values"]["name"] = "The second"
    assert await graph.execute_read(lambda work: work.text(state)) == before


@pytest.mark.database
async def test_a_resource_is_added(repository, graph):
    point = repository.get(ogm.KnowledgePoint, "tiny/c")
    talk = ogm.Resource("tiny/r/talk", title="A talk", kind="video", modality="audio", minutes=7.0, status="active")
    talk.teaches.add(point, role="primary", importance=1.0)
    repository.save(talk)
    rows = await graph.read("curate/resources", course="tiny")
    assert ["tiny/r/talk", "A talk", "video", "audio", 7.0] in [row[:5] for row in rows[0]["rows"]]
    assert ["tiny/r/talk", "tiny/c", "primary", 1.0] in (await graph.read("curate/teaches", course="tiny"))[0]["rows"]
    assert await lint_stored_course(graph, "tiny") == []


@pytest.mark.database
async def test_an_edge_drawn_here_is_an_edit_by_hand(repository, graph):
    first, third = (repository.get(ogm.KnowledgePoint, f"tiny/{x}") for x in "ac")
    third.prerequisites.add(first, status="accepted", source="expert")
    repository.save(third)
    found = {each.check: each.ids for each in await lint_stored_course(graph, "tiny")}
    assert found == {"stale_counts": ("tiny/c",), "redundant_edges": ("tiny/a → tiny/c",)}


@pytest.mark.database
async def test_a_learner_is_read_and_never_written(repository, graph):
    ana = repository.get(ogm.Learner, "ana")
    [point] = ana.mastery
    assert (ana.course, ana.max_minutes, point.id) == ("tiny", 20.0, "tiny/a")
    assert ana.mastery.get(point, "level") == 0.7 and ana.goals.get(point, "level") == 0.9
    ana.max_minutes = 5
    for write_it in (repository.save, repository.delete):
        with pytest.raises(Invalid, match="Learners are only read here"):
            write_it(ana)
    rows = await graph.execute_read(lambda work: work.text("MATCH (l:Learner) RETURN l.maxMinutes AS minutes"))
    assert rows == [{"minutes": 20.0}]


@pytest.mark.database
async def test_a_wrong_password_and_no_server(address):
    with pytest.raises(GraphRefused, match="as Neo4j does for a wrong user or password"):
        ogm.connect(address.uri, address.user, "wrong")
    with pytest.raises(GraphUnavailable, match="Neo4j does not answer at bolt"):
        ogm.connect("bolt://127.0.0.1:1")


def test_without_py2neo_it_says_what_to_install():
    code = "import sys; sys.modules['py2neo'] = None; import graph.ogm"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'SetupFailed: The object view needs py2neo. Install it: pip install "lodestar[py2neo]"' in result.stderr
