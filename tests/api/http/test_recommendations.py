"""Recommendations over HTTP, on the real database."""

import pytest

from tests import little_course

pytestmark = pytest.mark.database
ME = "/v1/learners/ana"


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    return api


async def teach(api, point, times=4):
    """Right answers on one point until it is mastered."""
    for _ in range(times):
        outcome = {"learner": "ana", "resource": f"little/r/{point}-lesson-1", "right": True}
        await api.post("/v1/outcomes", outcome)


async def test_it_says_what_and_why(ana):
    await teach(ana, "nouns")
    answer = await ana.post(f"{ME}/recommendations")
    [step] = answer["recommendations"]
    assert answer["reason"] is None
    assert step["resource"]["id"].startswith("little/r/articles-")
    assert step["policy"] == {"name": "needed", "version": "1"}
    assert step["propensity"] == 1.0
    why = step["reasons"]
    assert [(point["name"], point["needed"]) for point in why["prerequisites"]] == [("Nouns", 0.6)]
    assert why["prerequisites"][0]["level"] > 0.8
    assert [point["name"] for point in why["opens"]] == ["Articles", "Adjectives"]
    assert why["expected_gain"] > 0
    assert why["text"].startswith("You know Nouns (8")
    assert step["candidates"] is None


async def test_every_served_step_is_in_the_log_before_it_is_told(ana, graph):
    answer = await ana.post(f"{ME}/recommendations", {"n": 2})
    rows = await graph.execute_read(
        lambda work: work.text(
            "MATCH (:Learner {id: 'ana'})-[:RECEIVED]->(q)-[:CHOSE]->(r) RETURN q.id AS id, r.id AS resource"
        )
    )
    served = {(step["id"], step["resource"]["id"]) for step in answer["recommendations"]}
    assert {(row["id"], row["resource"]) for row in rows} == served
    assert len(served) == 2


async def test_explain_lists_every_candidate(ana):
    [step] = (await ana.post(f"{ME}/recommendations", {"explain": True}))["recommendations"]
    expected = {f"little/r/nouns-{kind}-{copy}" for kind in little_course.KINDS for copy in (1, 2)}
    assert {each["resource"] for each in step["candidates"]} == expected
    assert all(each["kept"] for each in step["candidates"])
    assert sum(each["propensity"] for each in step["candidates"]) == 1.0


async def test_nothing_left_has_a_reason(ana):
    for point in ("nouns", "articles", "adjectives"):
        await teach(ana, point)
    answer = await ana.post(f"{ME}/recommendations")
    assert answer["recommendations"] == []
    assert answer["reason"]["code"] == "goal_reached"


async def test_limits_that_leave_nothing_are_named(ana):
    await ana.put(f"{ME}/limits", {"modalities": ["audio"]})
    reason = (await ana.post(f"{ME}/recommendations"))["reason"]
    assert (reason["code"], reason["details"]) == ("blocked", {"limits": ["modalities"]})


async def test_a_resource_added_this_minute_is_served_this_minute(ana, graph):
    await ana.post(f"{ME}/recommendations")
    await graph.execute_write(
        lambda work: work.text(
            "MATCH (k:KnowledgePoint {id: 'little/nouns'}) "
            "CREATE (:Resource {id: 'little/r/nouns-new', title: 'New', kind: 'lesson', modality: 'text', "
            "minutes: 5.0, difficulty: -3.0, status: 'active'})-[:TEACHES {role: 'primary', importance: 1.0}]->(k)"
        )
    )
    [step] = (await ana.post(f"{ME}/recommendations", {"fresh": True}))["recommendations"]
    assert step["resource"]["title"] == "New"


async def test_the_path_leads_to_the_goal_one_step_after_the_other(ana):
    path = await ana.get(f"{ME}/path")
    assert path["reached"]
    assert [point["name"] for point in path["goals"]] == ["Adjectives"]
    assert path["minutes"] == 10 * len(path["steps"])
    known = set()
    for step in path["steps"]:
        assert all(point["name"] in known for point in step["reasons"]["prerequisites"])
        known |= {rise["name"] for rise in step["raises"] if rise["after"] >= 0.6}
    assert len({step["resource"]["id"] for step in path["steps"]}) == len(path["steps"])


async def test_a_path_to_another_goal_can_be_asked_for(ana):
    path = await ana.get(f"{ME}/path", goal="little/plurals")
    assert [point["name"] for point in path["goals"]] == ["Plurals"]
    assert {rise["name"] for step in path["steps"] for rise in step["raises"]} == {"Nouns", "Plurals"}
    problem = await ana.get(f"{ME}/path", 404, goal="little/verbs")
    assert "little/verbs" in problem["detail"]


async def test_an_unknown_learner_is_unknown(ana):
    [step] = (await ana.post(f"{ME}/recommendations"))["recommendations"]
    [nouns] = step["reasons"]["teaches"]
    assert nouns["level"] == 0 and nouns["uncertainty"] == pytest.approx(12**-0.5, abs=1e-3)
    assert "it raises Nouns (not tried yet)" in step["reasons"]["text"].replace("It raises", "it raises")
