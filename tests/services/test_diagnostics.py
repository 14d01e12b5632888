"""A diagnostic over HTTP, from the first question to s(0)."""

import pytest

from tests import little_course

pytestmark = pytest.mark.database


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/articles"}]}, 201)
    return api


async def answered(api, view, known):
    """Answer question after question, right on the points in `known`; the last view."""
    while not view["complete"]:
        [question] = [each for each in view["questions"] if not each["answered"]]
        assert sorted(question["options"]) == ["maybe", "no", "yes"]
        text = "yes" if any(name in question["id"] for name in known) else ""
        body = {"answers": [{"item": question["id"], "answer": text}]}
        view = await api.post(f"/v1/diagnostics/{view['id']}/answers", body)
    return view


async def test_a_diagnostic_from_start_to_finish(ana):
    started = await ana.post("/v1/learners/ana/diagnostics", {}, 201)
    path = f"/v1/diagnostics/{started['id']}"
    view = await answered(ana, started, {"nouns"})
    assert {each["id"].split("-")[0] for each in view["questions"]} == {"little/q/nouns", "little/q/articles"}
    assert (view["answered"], view["right"], view["finished"]) == (4, 2, False)
    assert view["questions"][0]["options"] == started["questions"][0]["options"]
    result = await ana.post(f"{path}/finish")
    assert (result["answered"], result["right"]) == (4, 2)
    found = {point["name"]: point for point in result["points"]}
    assert found["Nouns"]["level"] > 0.6 > 0.4 > found["Articles"]["level"]
    assert all(point["answers"] == 2 and 0 < point["uncertainty"] < 0.4 for point in result["points"])
    mastery = {point["name"]: point["level"] for point in (await ana.get("/v1/learners/ana/mastery"))["points"]}
    assert mastery == pytest.approx({name: point["level"] for name, point in found.items()}, abs=1e-3)
    assert await ana.post(f"{path}/finish") == result
    last = {"answers": [{"item": view["questions"][0]["id"], "answer": "no"}]}
    assert "finished" in (await ana.post(f"{path}/answers", last, 409))["detail"]


async def test_what_was_not_asked_is_inferred_unless_something_is_known_of_it(ana):
    await ana.post("/v1/learners", {"id": "ben"}, 201)
    outcome = {"learner": "ben", "resource": "little/r/plurals-lesson-1", "right": True}
    practised = (await ana.post("/v1/outcomes", outcome))["changes"]
    view = await ana.post("/v1/learners/ben/diagnostics", {"length": 1}, 201)
    view = await answered(ana, view, little_course.NAMES)
    result = await ana.post(f"/v1/diagnostics/{view['id']}/finish")
    asked = {point["id"] for point in result["points"] if point["answers"]}
    assert len(asked) == 1 and result["answered"] == 1
    untouched = {f"little/{name}" for name in little_course.NAMES} - {change["id"] for change in practised}
    assert {point["id"] for point in result["points"]} == asked | untouched
    levels = {point["id"]: point["level"] for point in (await ana.get("/v1/learners/ben/mastery"))["points"]}
    assert all(levels[change["id"]] == change["after"] for change in practised if change["id"] not in asked)


async def test_it_goes_on_where_it_was_and_ends_when_enough_is_known(ana):
    started = await ana.post("/v1/learners/ana/diagnostics", {"length": 2}, 201)
    [question] = started["questions"]
    assert (await ana.get(f"/v1/diagnostics/{started['id']}")) == started
    body = {"answers": [{"item": question["id"], "answer": "yes"}]}
    following = await ana.post(f"/v1/diagnostics/{started['id']}/answers", body)
    assert len(following["questions"]) == 2 and not following["complete"]
    assert await ana.post(f"/v1/diagnostics/{started['id']}/answers", body) == following
    assert (await answered(ana, following, {"nouns"}))["answered"] == 2


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
