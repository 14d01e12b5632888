"""The next step is stable: read as often as one likes, until it is answered, dismissed or out of date."""

import pytest

from tests.graph.revisions.curated import run

pytestmark = pytest.mark.database
ME = "/v1/learners/ana"
NEXT = f"{ME}/recommendations"


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    return api


async def count_decisions(graph):
    [row] = await run(graph, "MATCH (q:Recommendation) RETURN count(q) AS decisions")
    return row["decisions"]


async def test_the_open_one_is_returned_again(ana, graph):
    first = (await ana.client.post(NEXT)).json()
    assert await ana.post(NEXT) == first and await ana.get(NEXT) == first
    assert await ana.post(NEXT, {"strategy": "needed"}) == first | {"strategy": first["strategy"] | {"asked": "needed"}}
    assert await count_decisions(graph) == 1
    fresh = await ana.post(NEXT, {"fresh": True})
    assert fresh["recommendations"][0]["id"] != first["recommendations"][0]["id"]
    assert await ana.post(NEXT) == fresh and await count_decisions(graph) == 2


async def test_reading_is_safe_and_says_what_to_do(ana, graph):
    answer = await ana.get(NEXT)
    assert answer["recommendations"] == [] and answer["reason"]["code"] == "none_open"
    assert "POST" in answer["reason"]["text"] and await count_decisions(graph) == 0
    await ana.get("/v1/learners/nobody/recommendations", 404)


async def test_a_slate_is_open_in_its_order_and_more_are_decided_anew(ana, graph):
    slate = (await ana.post(NEXT, {"n": 3}))["recommendations"]
    assert (await ana.post(NEXT))["recommendations"] == slate[:1]
    assert (await ana.get(NEXT))["recommendations"] == slate
    await ana.post(f"/v1/recommendations/{slate[0]['id']}/dismissal", {"reason": "not_now"})
    assert [each["id"] for each in (await ana.get(NEXT))["recommendations"]] == [each["id"] for each in slate[1:]]
    more = (await ana.post(NEXT, {"n": 10}))["recommendations"]
    assert len(more) == 9, "one of the ten rests"
    assert (await ana.post(NEXT, {"n": 20}))["recommendations"] == more, "there are no others"
    assert await count_decisions(graph) == 12


async def test_another_strategy_decides_anew_and_candidates_can_be_listed(ana):
    first = (await ana.post(NEXT, {"explain": True}))["recommendations"][0]
    again = (await ana.get(NEXT, explain=True))["recommendations"][0]
    left_out = {"score": None}
    assert again["candidates"] == [each | left_out for each in first["candidates"]]
    other = await ana.post(NEXT, {"strategy": "zpd"})
    assert other["strategy"]["used"] == "zpd" and other["recommendations"][0]["id"] != first["id"]


async def test_it_is_out_of_date_after_an_outcome_a_revision_or_a_change_of_limits(ana, graph):
    async def decide():
        [step] = (await ana.post(NEXT))["recommendations"]
        return step

    first = await decide()
    await ana.post("/v1/outcomes", {"learner": "ana", "resource": "little/r/nouns-lesson-2", "right": True})
    second = await decide()
    assert second["id"] != first["id"]
    await run(graph, "MATCH (l:Lodestar) SET l.revision = l.revision + 1")
    third = await decide()
    assert third["id"] != second["id"] and third["revision"] == second["revision"] + 1
    await ana.put(f"{ME}/limits", {"modalities": ["audio" if third["resource"]["modality"] != "audio" else "text"]})
    assert (await ana.get(NEXT))["reason"]["code"] == "none_open"
    await ana.put(f"{ME}/limits", {})
    assert (await decide())["id"] == third["id"]
    await ana.post("/v1/outcomes", {"learner": "ana", "recommendation": third["id"], "right": True})
    assert (await ana.get(NEXT))["recommendations"] == []


async def test_a_dismissal_says_what_follows_and_is_no_answer(ana):
    [step] = (await ana.post(NEXT))["recommendations"]
    address = f"/v1/recommendations/{step['id']}/dismissal"
    stored = await ana.post(address, {"reason": "not_for_me"})
    assert stored["effect"] == "The resource is never offered to this learner again." and not stored["repeated"]
    assert (await ana.post(address, {"reason": "not_for_me"}))["repeated"]
    assert "not_for_me" in (await ana.post(address, {"reason": "known"}, 409))["detail"]
    assert [each["field"] for each in (await ana.post(address, {"reason": "dull"}, 422))["errors"]] == ["reason"]
    await ana.post("/v1/recommendations/rec-0/dismissal", {"reason": "known"}, 404)
    assert (await ana.get(ME))["answers"] == 0
    others = (await ana.post(NEXT, {"n": 20}))["recommendations"]
    assert step["resource"]["id"] not in {each["resource"]["id"] for each in others} and len(others) == 9
    path = await ana.get(f"{ME}/path")
    assert step["resource"]["id"] not in {each["resource"]["id"] for each in path["steps"]}
    await ana.post("/v1/outcomes", {"learner": "ana", "recommendation": others[0]["id"], "right": True})
    answered = f"/v1/recommendations/{others[0]['id']}/dismissal"
    assert "answered" in (await ana.post(answered, {"reason": "known"}, 409))["detail"]


async def test_refusing_everything_is_named(ana):
    for step in (await ana.post(NEXT, {"n": 20}))["recommendations"]:
        await ana.post(f"/v1/recommendations/{step['id']}/dismissal", {"reason": "not_for_me"})
    reason = (await ana.post(NEXT))["reason"]
    assert (reason["code"], reason["details"]) == ("blocked", {"limits": ["dismissed"]})
    assert (await ana.get(f"{ME}/path"))["reason"]["details"] == {"limits": ["dismissed"]}


async def test_a_recommendation_takes_one_outcome(ana):
    [step] = (await ana.post(NEXT))["recommendations"]
    outcome = {"id": "o1", "learner": "ana", "recommendation": step["id"], "right": True}
    await ana.post("/v1/outcomes", outcome)
    assert (await ana.post("/v1/outcomes", outcome))["repeated"]
    for other in ({"id": "o2"}, {"right": False}, {"id": None}):
        await ana.post("/v1/outcomes", outcome | other, 409)
    assert (await ana.get(ME))["answers"] == 1
