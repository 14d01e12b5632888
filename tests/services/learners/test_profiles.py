"""Learners over HTTP: create, aim, limit, delete, mastery, history."""

import pytest

pytestmark = pytest.mark.database


async def test_a_learner_from_birth_to_oblivion(api):
    made = await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/plurals", "level": 0.9}]}, 201)
    assert made["course"] == "little"
    assert made["goals"] == [{"point": "little/plurals", "level": 0.9, "due_at": None}]
    limited = await api.put("/v1/learners/ana/limits", {"max_minutes": 15, "languages": ["en"]})
    assert limited["limits"] == {"max_minutes": 15, "modalities": None, "languages": ["en"]}
    aimed = await api.put("/v1/learners/ana/goals", {"goals": [{"point": "little/articles"}]})
    assert [goal["point"] for goal in aimed["goals"]] == ["little/articles"]
    assert (await api.delete("/v1/learners/ana/goals"))["goals"] == []
    assert (await api.get("/v1/learners/ana"))["answers"] == 0
    await api.delete("/v1/learners/ana", 204)
    assert "'ana'" in (await api.get("/v1/learners/ana", 404))["detail"]


async def test_an_id_is_made_up_and_one_in_use_is_refused(api):
    id = (await api.post("/v1/learners", {}, 201))["id"]
    assert id.startswith("learner-")
    problem = await api.post("/v1/learners", {"id": id}, 409)
    assert id in problem["detail"]


async def test_a_learner_with_an_unknown_goal_is_not_half_created(api):
    problem = await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/verbs"}]}, 404)
    assert "little/verbs" in problem["detail"]
    await api.get("/v1/learners/ana", 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"goals": []}, "goals"),
        ({"goals": [{"point": "little/nouns", "level": 1.5}]}, "goals.0.level"),
        ({"goals": [{"point": "little/nouns", "due_at": "2026-01-01T00:00:00"}]}, "goals.0.due_at"),
        ({"goals": [{"level": 0.5}]}, "goals.0.point"),
        ({"goals": [{"point": "little/nouns"}], "wish": 1}, "wish"),
    ],
)
async def test_a_malformed_goal_is_refused_by_field(api, body, field):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    problem = await api.put("/v1/learners/ana/goals", body, 422)
    assert [each["field"] for each in problem["errors"]] == [field]


async def test_mastery_and_history_follow_what_was_done(api):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    await api.post("/v1/outcomes", {"learner": "ana", "recommendation": step["id"], "right": True})
    await api.post("/v1/learners/ana/recommendations")
    mastery = await api.get("/v1/learners/ana/mastery")
    assert (mastery["mastered"], mastery["of"]) == (0, 4)
    assert {point["name"]: point["level"] for point in mastery["points"]}["Nouns"] == pytest.approx(0.35)
    newest, answered = (await api.get("/v1/learners/ana/history"))["events"]
    assert newest["outcome"] is None
    assert (answered["recommendation"], answered["right"], answered["title"]) == (
        step["id"],
        True,
        step["resource"]["title"],
    )
    assert (await api.get("/v1/learners/ana/history", before=answered["at"]))["events"] == []


async def test_who_names_a_level_starts_from_it_until_answers_come(graph, api):
    await graph.execute_write(lambda work: work.text("MATCH (k {id: 'little/adjectives'}) SET k.level = 'A2'"))
    await api.context.courses.refresh("little")
    await api.post("/v1/learners", {"id": "ana", "level": "A2"}, 201)
    points = {point["name"]: point for point in (await api.get("/v1/learners/ana/mastery"))["points"]}
    assert points["Nouns"]["level"] > 0.6 > points["Adjectives"]["level"] > 0.3
    assert all(point["inferred"] == 1 and point["attempts"] == 0 for point in points.values())
    outcome = {"learner": "ana", "resource": "little/r/nouns-lesson-1", "right": True}
    for _ in range(3):
        await api.post("/v1/outcomes", outcome)
    [nouns] = [p for p in (await api.get("/v1/learners/ana/mastery"))["points"] if p["name"] == "Nouns"]
    assert 0 < nouns["inferred"] < 0.8 and nouns["level"] > 0.85
    problem = await api.post("/v1/learners", {"id": "ben", "level": "C3"}, 422)
    assert "A1, A2" in problem["detail"]
    await api.get("/v1/learners/ben", 404)
