"""May a learner skip a point: over HTTP."""

import pytest

pytestmark = pytest.mark.database

MASTER = """
MATCH (l:Learner {id: 'ana'}) UNWIND $rows AS row MATCH (k:KnowledgePoint {id: 'little/' + row[0]})
CREATE (l)-[m:MASTERY {level: row[1], uncertainty: 0.1, attempts: 6}]->(k)
SET m.practicedAt = datetime(), m.updatedAt = datetime()
"""


async def know(graph, **levels):
    await graph.execute_write(lambda work: work.text(MASTER, rows=[list(row) for row in levels.items()]))


async def test_what_was_mastered_beyond_it_says_test_it_first(graph, api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    await know(graph, nouns=0.9, adjectives=0.9)
    found = await api.get("/v1/learners/ana/skip", point="little/articles")
    assert found["verdict"] == "test_first" and found["gates"] and found["on_the_way"]
    assert found["reason"].startswith("You probably know Articles (5") and "mastered Adjectives" in found["reason"]
    assert (found["own"], found["point"]["uncertainty"]) == (0.3, None)
    [shown] = found["shown_by"]
    assert [point["name"] for point in shown["chain"]] == ["Articles", "Adjectives"] and shown["hops"] == 1
    assert [point["id"] for point in found["prerequisites"]] == ["little/nouns"]
    assert found["items"] == ["little/q/articles-1", "little/q/articles-2"] and found["missed"] == []


async def test_a_verdict_opens_no_gate(graph, api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives", "level": 0.95}]}, 201)
    await know(graph, nouns=0.9, adjectives=0.9)
    steps = await api.post("/v1/learners/ana/recommendations", {"n": 10})
    taught = {point["name"] for step in steps["recommendations"] for point in step["reasons"]["teaches"]}
    assert taught == {"Articles"}, "adjectives stay closed, though they were mastered before"


async def test_what_is_off_the_way_and_what_is_missing(graph, api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    aside = await api.get("/v1/learners/ana/skip", point="little/plurals")
    assert (aside["verdict"], aside["reason"]) == ("skip", "Nothing on the way to your goal needs Plurals.")
    nouns = await api.get("/v1/learners/ana/skip", point="little/nouns")
    assert nouns["verdict"] == "learn" and [point["name"] for point in nouns["missed"]] == ["Articles", "Adjectives"]
    assert "without it Articles and Adjectives would be missed" in nouns["reason"]


async def test_unknown_names_are_refused(api):
    assert "'ana'" in (await api.get("/v1/learners/ana/skip", 404, point="little/nouns"))["detail"]
    await api.post("/v1/learners", {"id": "ana"}, 201)
    assert "'little/verbs'" in (await api.get("/v1/learners/ana/skip", 404, point="little/verbs"))["detail"]
    await api.get("/v1/learners/ana/skip", 422)
