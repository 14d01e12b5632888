"""Answers to the questions of a recommendation over HTTP: what cannot be answered, and what may follow."""

import pytest

pytestmark = pytest.mark.database
ARTICLES = {"item": "little/q/articles-1", "answer": "yes"}
NOUNS = {"item": "little/q/nouns-1", "answer": "yes"}


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "answers", "Send `answers`, a `score`"),
        ({"declined": True, "score": 1}, "declined", "leave them out"),
        ({"gave_up": True, "score": 1}, "score", "leave it out"),
        ({"answers": [NOUNS, NOUNS]}, "answers", "more than once"),
        ({"answers": [ARTICLES]}, "answers", "'little/q/articles-1' is no question"),
        ({"answers": [NOUNS | {"answer": "never"}]}, "answer", "'never' is none of the options"),
        ({"score": 2}, "score", "less than or equal to 1"),
    ],
)
async def test_what_cannot_be_answered_is_refused_and_changes_nothing(api, body, field, words):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/nouns"}]}, 201)
    [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    problem = await api.post(f"/v1/recommendations/{step['id']}/answers", body, 422)
    assert words in problem["detail"] and [each["field"] for each in problem["errors"]] == [field]
    assert (await api.get("/v1/learners/ana/recommendations"))["recommendations"] == [step]
    await api.post("/v1/recommendations/rec-0/answers", {"score": 1}, 404)


async def test_an_answered_one_takes_no_other_answers(api):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    address = f"/v1/recommendations/{step['id']}/answers"
    await api.post(address, {"score": 1})
    assert "stored as right" in (await api.post(address, {"gave_up": True}, 409))["detail"]
    assert "one outcome" in (await api.post(address, {"score": 1, "id": "o2"}, 409))["detail"]
    assert "answered" in (await api.post(address, {"declined": True}, 409))["detail"]
