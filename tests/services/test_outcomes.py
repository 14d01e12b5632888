"""Outcomes over HTTP: what they change, what is refused, once and together."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.database
LESSON = "little/r/nouns-lesson-1"


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    return api


async def test_an_outcome_tells_what_it_changed(ana):
    answer = await ana.post("/v1/outcomes", {"id": "o1", "learner": "ana", "resource": LESSON, "right": True})
    assert answer["reward"] == pytest.approx(0.35)
    changes = {change["name"]: change["after"] for change in answer["changes"]}
    assert changes == pytest.approx({"Nouns": 0.35, "Articles": 0.035, "Plurals": 0.035})


async def test_the_same_id_twice_changes_nothing(ana):
    outcome = {"id": "o1", "learner": "ana", "resource": LESSON, "right": True}
    first = await ana.post("/v1/outcomes", outcome)
    second = await ana.post("/v1/outcomes", outcome)
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert {**second, "repeated": False} == first


async def test_a_score_is_kept_and_is_right_from_three_fifths_on(ana, graph):
    outcome = {"learner": "ana", "resource": LESSON}
    for score, more in ((0.6, {}), (0.59, {}), (0.2, {"right": True})):
        await ana.post("/v1/outcomes", outcome | {"score": score} | more)
    text = "MATCH (i:Interaction) RETURN i.score AS score, i.right AS right ORDER BY i.step"
    rows = await graph.execute_read(lambda work: work.text(text))
    assert [(row["score"], row["right"]) for row in rows] == [(0.6, True), (0.59, False), (0.2, True)]


async def test_outcomes_that_arrive_together_lose_nothing(ana):
    outcome = {"learner": "ana", "resource": LESSON, "right": True}
    await asyncio.gather(*(ana.post("/v1/outcomes", outcome) for _ in range(4)))
    [nouns] = [p for p in (await ana.get("/v1/learners/ana/mastery"))["points"] if p["name"] == "Nouns"]
    assert nouns["attempts"] == 4
    assert nouns["level"] == pytest.approx(1 - 0.65**4, abs=1e-4)


async def test_a_batch_is_stored_whole_or_not_at_all(ana):
    good = {"learner": "ana", "resource": LESSON, "right": True}
    answers = (await ana.post("/v1/outcomes/batch", {"outcomes": [good, good]}))["outcomes"]
    assert [answer["step"] for answer in answers] == [1, 2]
    bad = {**good, "resource": "little/r/ghost"}
    problem = await ana.post("/v1/outcomes/batch", {"outcomes": [good, bad]}, 404)
    assert "little/r/ghost" in problem["detail"]
    assert (await ana.get("/v1/learners/ana"))["answers"] == 2


async def test_somebody_elses_recommendation_is_refused(ana):
    await ana.post("/v1/learners", {"id": "ben"}, 201)
    [step] = (await ana.post("/v1/learners/ana/recommendations"))["recommendations"]
    problem = await ana.post("/v1/outcomes", {"learner": "ben", "recommendation": step["id"], "right": True}, 409)
    assert "another learner" in problem["detail"]
    assert (await ana.get("/v1/learners/ben"))["answers"] == 0


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, 422, "at"),
        ({"at": "2026-01-01T00:00:00"}, 422, "at"),
        ({"right": "perhaps"}, 422, "right"),
        ({"resource": None}, 422, "resource"),
        ({"minutes": -1}, 422, "minutes"),
        ({"score": 1.1}, 422, "score"),
        ({"right": None}, 422, "right"),
        ({"learner": "zoe"}, 404, None),
        ({"resource": None, "recommendation": "rec-0"}, 404, None),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(ana, change, status, field):
    body = {"learner": "ana", "resource": LESSON, "right": True, **change}
    problem = await ana.post("/v1/outcomes", body, status)
    assert [each["field"] for each in problem.get("errors", [])] == ([field] if field else [])
    assert problem["status"] == status
