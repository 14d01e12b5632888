"""Proposals by HTTP: listed, shown, decided, refused."""

import asyncio

import pytest

from graph.proposals.store import store_proposals
from graph.revisions.record import Attribution
from tests.graph.proposals.course import alike, mined

pytestmark = pytest.mark.database
ENDS = {"before": "little/plurals", "after": "little/articles"}
BEN = {**ENDS, "by": "ben", "why": "plain to see"}


@pytest.fixture
async def offered(api):
    """plurals → articles, and adjectives – plurals as related points."""
    found = [mined("little/plurals", "little/articles", p=1e-9), alike("little/adjectives", "little/plurals")]
    await store_proposals(api.context.graph, found, Attribution("ana", "propose"))
    return api


async def test_a_page_and_a_detail(offered):
    found = await offered.get("/v1/courses/little/proposals")
    assert found["total"] == 2 and [each["kind"] for each in found["proposals"]] == ["prerequisite", "related"]
    first = found["proposals"][0]
    assert first["before"]["name"] == "Plurals" and first["status"] == "proposed" and first["review"] is None
    assert first["evidence"]["support"] == 100 and first["evidence"]["text"] == "100 learners"
    assert first["cycle"] is None and first["implied"] is None
    page = await offered.get("/v1/courses/little/proposals", limit=1, offset=1, kind="related")
    assert (page["total"], page["proposals"]) == (1, [])
    detail = await offered.get("/v1/proposals", **ENDS)
    assert detail["proposal"] == first
    assert detail["effect"] == {"resources": 10, "learners": 0, "open": 0, "closes": 0}
    related = await offered.get("/v1/proposals", before="little/plurals", after="little/adjectives")
    assert related["effect"] is None and related["proposal"]["evidence"]["weight"] == 0.5


async def test_accepting_gates_the_next_recommendation(offered):
    await offered.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/articles"}]}, 201)
    detail = await offered.get("/v1/proposals", **ENDS)
    assert (detail["effect"]["learners"], detail["effect"]["open"]) == (1, 0)
    done = await offered.post("/v1/proposals/accept", BEN)
    assert done["proposal"]["status"] == "accepted" and done["revision"] == 3
    assert (done["proposal"]["review"]["by"], done["proposal"]["review"]["why"]) == ("ben", "plain to see")
    for _ in range(5):
        [step] = (await offered.post("/v1/learners/ana/recommendations"))["recommendations"]
        assert step["reasons"]["prerequisites"] == []
        assert {each["id"] for each in step["reasons"]["teaches"]} <= {"little/nouns", "little/plurals"}
    [decided] = (await offered.client.get("/v1/courses/little/proposals?status=accepted")).json()["proposals"]
    assert decided["review"]["at"].startswith("20") and decided["evidence"]["p_value"] == 1e-9


async def test_the_second_gets_a_conflict(offered):
    bodies = [{**BEN, "by": name} for name in ("ben", "cat", "dan")]
    client = offered.client
    told = await asyncio.gather(*(client.post("/v1/proposals/accept", json=body) for body in bodies))
    assert sorted(each.status_code for each in told) == [200, 409, 409]
    problem = await offered.post("/v1/proposals/reject", BEN, 409)
    assert "was accepted by" in problem["detail"] and "Reopen it to decide anew." in problem["detail"]
    await offered.post("/v1/proposals/reopen", BEN)
    await offered.post("/v1/proposals/reject", BEN)


async def test_a_cycle_is_in_the_detail(offered):
    back = {"before": "little/articles", "after": "little/plurals"}
    await store_proposals(offered.context.graph, [mined(*back.values())], Attribution("ana", "propose"))
    await offered.post("/v1/proposals/accept", BEN)
    problem = await offered.post("/v1/proposals/accept", {**back, "by": "ben"}, 409)
    assert "would close a cycle: little/plurals → little/articles → little/plurals" in problem["detail"]
    shown = (await offered.get("/v1/proposals", **back))["proposal"]
    assert shown["cycle"] == ["little/plurals", "little/articles", "little/plurals"]


async def test_what_is_not_there_and_what_is_not_said(offered):
    await offered.get("/v1/courses/other/proposals", 404)
    await offered.get("/v1/proposals", 404, before="little/nouns", after="little/adjectives")
    await offered.post("/v1/proposals/accept", {**BEN, "after": "little/nouns"}, 404)
    for body in ({**ENDS, "by": " "}, ENDS, {**BEN, "kind": "friend"}, {**BEN, "again": True}):
        await offered.post("/v1/proposals/accept", body, 422)
    assert (await offered.client.get("/v1/courses/little/proposals?status=new")).status_code == 422


async def test_a_related_pair_counts_once_accepted(offered):
    body = {"kind": "related", "before": "little/plurals", "after": "little/adjectives", "by": "ben"}
    done = await offered.post("/v1/proposals/accept", body)
    assert done["proposal"]["status"] == "accepted"
    await offered.post("/v1/proposals/reject", body, 409)
