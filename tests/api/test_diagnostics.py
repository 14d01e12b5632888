"""A diagnostic over HTTP, from the first question to s(0)."""

import pytest

pytestmark = pytest.mark.database


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/articles"}]}, 201)
    return api


async def test_a_diagnostic_from_start_to_finish(ana):
    started = await ana.post("/v1/learners/ana/diagnostics", {}, 201)
    assert {question["id"].split("-")[0] for question in started["questions"]} == {
        "little/q/nouns",
        "little/q/articles",
    }
    assert all(sorted(question["options"]) == ["maybe", "no", "yes"] for question in started["questions"])
    path = f"/v1/diagnostics/{started['id']}"
    answers = [
        {"item": question["id"], "answer": "yes" if "nouns" in question["id"] else "no"}
        for question in started["questions"]
    ]
    first = await ana.post(f"{path}/answers", {"answers": answers[:1]})
    assert (first["answered"], first["finished"]) == (1, False)
    assert [question["options"] for question in first["questions"]] == [
        question["options"] for question in started["questions"]
    ]
    await ana.post(f"{path}/answers", {"answers": answers})
    result = await ana.post(f"{path}/finish")
    assert (result["answered"], result["right"]) == (4, 2)
    levels = {point["name"]: point["level"] for point in result["points"]}
    assert levels["Nouns"] > 0.8 > 0.1 > levels["Articles"]
    mastery = {point["name"]: point["level"] for point in (await ana.get("/v1/learners/ana/mastery"))["points"]}
    assert mastery == pytest.approx(levels, abs=1e-3)
    assert await ana.post(f"{path}/finish") == result
    assert "finished" in (await ana.post(f"{path}/answers", {"answers": answers}, 409))["detail"]


async def test_what_is_no_option_or_was_not_asked_is_refused(ana):
    started = await ana.post("/v1/learners/ana/diagnostics", {"length": 1}, 201)
    [question] = started["questions"]
    path = f"/v1/diagnostics/{started['id']}/answers"
    problem = await ana.post(path, {"answers": [{"item": question["id"], "answer": "certainly"}]}, 422)
    assert problem["errors"][0]["field"] == "answer"
    problem = await ana.post(path, {"answers": [{"item": "little/q/plurals-1", "answer": "yes"}]}, 422)
    assert problem["errors"][0]["field"] == "item"
    await ana.post(path, {"answers": [{"item": "little/q/ghost", "answer": "yes"}]}, 404)
    await ana.post("/v1/diagnostics/diag-0/finish", status=404)
    await ana.post("/v1/learners/zoe/diagnostics", status=404)
