"""Edits by hand in Neo4j Browser while the service runs: served at once where they are sound, harmless where not."""

import asyncio
import logging

import httpx
import pytest

from api.http.app import create_app
from graph.revisions import history
from graph.revisions.sync import sync_graph
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from tests import little_course
from tests.api_client import KEY, Api
from tests.graph.revisions.curated import run

pytestmark = pytest.mark.database
ME = "/v1/learners/ana"
EVERY = 0.2

ODD = {
    "a point without an id": "MATCH (c:Course), (k {id: 'little/nouns'}) "
    "CREATE (c)-[:INCLUDES]->(:KnowledgePoint {name: 'X'})"
    "-[:PREREQUISITE_OF {status: 'accepted'}]->(:KnowledgePoint)<-[:PREREQUISITE_OF {status: 'accepted'}]-(k)",
    "a prerequisite without an id": "MATCH (k {id: 'little/plurals'}) CREATE (:KnowledgePoint {name: 'X'})"
    "-[:PREREQUISITE_OF {status: 'accepted'}]->(k)",
    "a point without a name": "MATCH (c:Course) CREATE (c)-[:INCLUDES]->(:KnowledgePoint {id: 'x'})",
    "an id that is a number": "MATCH (c:Course) CREATE (c)-[:INCLUDES]->(:KnowledgePoint {id: 7, name: 'Seven'})"
    "<-[:TEACHES {role: 'primary'}]-(:Resource {id: 8, title: 'Eight', status: 'active'})",
    "a resource without minutes": "MATCH (k {id: 'little/nouns'}) CREATE (:Resource {id: 'x', title: 'X', "
    "kind: 'lesson', modality: 'text', status: 'active'})-[:TEACHES {role: 'primary'}]->(k)",
    "a bare resource": "MATCH (k {id: 'little/nouns'}) CREATE (:Resource {id: 'x', status: 'active'})-[:TEACHES]->(k)",
    "a resource without an id": "MATCH (k {id: 'little/nouns'}) CREATE (:Resource {title: 'X', minutes: 5, "
    "status: 'active'})-[:TEACHES {role: 'primary'}]->(k)",
    "values of other kinds": "MATCH (r:Resource) SET r.minutes = 'ten', r.kind = 7, r.difficulty = 'hard', "
    "r.title = 12, r.language = ['en'], r.level = 3",
    "thresholds of other kinds": "MATCH (k:KnowledgePoint) SET k.metAt = 'high', k.level = 7, "
    "k.hours = 'long', k.name = 5",
    "settings of other kinds": "MATCH (c:Course) SET c.masteredAt = 'high', c.forgetting = 'slow', c.profile = 'mine', "
    "c.repeatAfterDays = 'often', c.title = 7",
    "importance of other kinds": "MATCH ()-[e:TEACHES]->() SET e.importance = -3.5, e.role = 'main'",
    "items that are none": "MATCH (k {id: 'little/nouns'}) "
    "CREATE (:Item {id: 'i', status: 'active'})-[:ASSESSES]->(k), "
    "(:Item {id: 'j', prompt: '?', answer: 'a', distractors: 'b', status: 'active'})-[:ASSESSES]->(k), "
    "(:Item {id: 'k', prompt: '?', answer: 'a', distractors: ['b', 'c'], status: 'active'})"
    "-[:ASSESSES]->(:KnowledgePoint)",
    "a cycle": "MATCH (a {id: 'little/adjectives'}), (n {id: 'little/articles'}) "
    "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(n)",
    "a cycle of one": "MATCH (a {id: 'little/plurals'}) CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(a)",
    "a cycle of all": "MATCH (a {id: 'little/adjectives'}), (n {id: 'little/nouns'}) "
    "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(n)",
    "an edge drawn twice": "MATCH (a {id: 'little/nouns'}), (b {id: 'little/plurals'}) "
    "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b)",
    "odd links": "MATCH (a {id: 'little/nouns'}), (b {id: 'little/plurals'}), "
    "(r:Resource {id: 'little/r/nouns-lesson-1'}) CREATE (r)-[:PREREQUISITE_OF {status: 'accepted'}]->(b), "
    "(a)-[:TEACHES]->(b), (a)-[:RELATED_TO {weight: 'much'}]->(b)",
}


@pytest.fixture
async def watched(graph, address, tmp_path):
    """The service as `lodestar serve` runs it: it watches, five times a second."""
    await little_course.load(graph)
    app = create_app(ContextFactory(address, ArtifactStore(tmp_path), watch_seconds=EVERY), KEY)
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {KEY}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            await asyncio.wait_for(app.state.warm.wait(), 60)
            yield Api(app, client)


async def until(condition, seconds=30):
    """Wait until it holds."""
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


async def whole_loop(api, learner):
    """Everything that a learner can ask for, twice; nothing whose prerequisites are not met is recommended."""
    me = f"/v1/learners/{learner}"
    await api.post("/v1/learners", {"id": learner, "course": "little", "goals": [{"point": "little/adjectives"}]}, 201)
    question = await api.post(f"{me}/diagnostics", {}, 201)
    assert question
    for _ in range(4):
        answer = await api.post(f"{me}/recommendations", {"n": 3})
        for step in answer["recommendations"]:
            assert all(each["level"] >= each["needed"] for each in step["reasons"]["prerequisites"])
            await api.post("/v1/outcomes", {"learner": learner, "recommendation": step["id"], "right": True})
        assert answer["recommendations"] or answer["reason"]["text"]
    for path in (f"{me}/path", f"{me}/mastery", "/v1/courses", "/v1/courses/little/resources"):
        assert await api.get(path) is not None


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_between_the_edit_and_the_check_and_after_it_serving_goes_on(api, graph, text):
    await run(graph, text)
    await api.context.courses.refresh("little")
    await whole_loop(api, "before")
    await sync_graph(graph)
    await api.context.courses.refresh("little")
    await whole_loop(api, "after")


async def test_a_point_and_a_resource_made_in_browser_are_recommended(watched, graph):
    await watched.post("/v1/learners", {"id": "ana", "course": "little"}, 201)
    await run(
        graph,
        "MATCH (c:Course) CREATE (c)-[:INCLUDES]->(:KnowledgePoint {id: 'a new idea', name: 'A new idea', level: 'A0'})"
        "<-[:TEACHES {role: 'primary', importance: 1.0}]-(:Resource {id: 'new', title: 'New', kind: 'lesson', "
        "modality: 'text', minutes: 5, status: 'active'})",
    )

    async def known():
        return watched.context.courses.loaded[0].revision == 2

    await until(known)
    served = watched.context.courses.loaded[0]
    assert "a new idea" in served.course.point_index and "new" in served.course.resource_index
    await watched.put(f"{ME}/goals", {"goals": [{"point": "a new idea"}]})
    [step] = (await watched.post(f"{ME}/recommendations"))["recommendations"]
    assert (step["resource"]["id"], step["revision"]) == ("new", 2)
    [decided] = await run(graph, "MATCH (q:Recommendation) RETURN q.revision AS revision")
    assert decided == {"revision": 2}


async def test_a_cycle_made_in_browser_is_set_aside_and_told(watched, graph, caplog):
    caplog.set_level(logging.WARNING, "lodestar")
    await run(graph, ODD["a cycle"])

    async def settled():
        return len(await history.list_revisions(graph)) == 2

    await until(settled)
    assert "closes the cycle little/adjectives → little/articles → little/adjectives" in caplog.text
    [edge] = await run(graph, "MATCH ({id: 'little/adjectives'})-[e:PREREQUISITE_OF]->() RETURN e.status AS status")
    assert edge["status"] == "proposed"


async def test_a_renamed_point_is_noticed_and_served(watched, graph):
    await run(graph, "MATCH (k {id: 'little/nouns'}) SET k.name = 'Names'")

    async def served():
        return watched.context.courses.point_name("little/nouns") == "Names"

    await until(served)
    answer = await watched.get("/v1/revisions", course="little")
    assert [(each["number"], each["author"], each["action"]) for each in answer["revisions"]] == [
        (2, "browser", "browser"),
        (1, "", "import"),
    ]
    detail = await watched.get("/v1/revisions/2")
    assert detail["rows"] == [
        {"table": "points", "id": "little/nouns", "kind": "changed", "fields": {"name": ["Nouns", "Names"]}}
    ]
    await watched.get("/v1/revisions/9", 404)
