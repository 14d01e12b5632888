"""The app developer's day: the next step as often as the page is loaded, its questions, their marks, and the path."""

import pytest

from tests.api_client import api

__all__ = ["api"]
pytestmark = pytest.mark.database
ME = "/v1/learners/ana"
NEXT = f"{ME}/recommendations"


async def test_a_lesson_its_questions_and_marks_in_one_loop(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    assert (await api.get(NEXT))["reason"]["code"] == "none_open"

    shown = await api.post(NEXT)
    [step] = shown["recommendations"]
    assert await api.post(NEXT) == shown and await api.get(NEXT) == shown, "a reload spends nothing"

    refused = await api.post(f"/v1/recommendations/{step['id']}/dismissal", {"reason": "not_for_me"})
    assert refused["effect"] == "The resource is never offered to this learner again."
    [second] = (await api.post(NEXT))["recommendations"]
    assert second["id"] != step["id"] and second["resource"]["id"] != step["resource"]["id"]
    assert (await api.get(ME))["answers"] == 0

    questions = second["questions"]
    assert {each["id"] for each in questions} == {"little/q/nouns-1", "little/q/nouns-2"}
    assert all(sorted(each["options"]) == ["maybe", "no", "yes"] and "answer" not in each for each in questions)
    answers = [{"item": questions[0]["id"], "answer": " Yes "}, {"item": questions[1]["id"], "answer": "no"}]
    address = f"/v1/recommendations/{second['id']}/answers"
    wrong = {"answers": [*answers[:1], {"item": questions[1]["id"], "answer": "never"}]}
    assert "'never'" in (await api.post(address, wrong, 422))["detail"]

    told = await api.post(address, {"answers": answers, "minutes": 8})
    assert [(each["right"], each["right_answer"]) for each in told["answers"]] == [(True, "yes"), (False, "yes")]
    assert (told["score"], told["right"], told["outcome"]["step"]) == (0.5, False, 1)
    assert (await api.post(address, {"answers": answers}))["outcome"]["repeated"], "after a time-out"
    other = {"learner": "ana", "recommendation": second["id"], "right": True}
    assert "one outcome" in (await api.post("/v1/outcomes", other, 409))["detail"]

    for _ in range(30):
        answer = await api.post(NEXT)
        if not answer["recommendations"]:
            break
        [step] = answer["recommendations"]
        right = [{"item": each["id"], "answer": "yes"} for each in step["questions"]]
        assert (await api.post(f"/v1/recommendations/{step['id']}/answers", {"answers": right}))["score"] == 1
    assert answer["reason"]["code"] == "goal_reached"
    path = await api.get(f"{ME}/path")
    assert path["reached"] and path["steps"] == []
    events = (await api.get(f"{ME}/history", limit=500))["events"]
    followed = [each["recommendation"] for each in events if each["outcome"]]
    assert len(followed) == len(set(followed)) == (await api.get(ME))["answers"], "one outcome each"


async def test_declined_and_given_up(api):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    first, second, third = (await api.post(NEXT, {"n": 3}))["recommendations"]
    declined = await api.post(f"/v1/recommendations/{first['id']}/answers", {"declined": True})
    assert (declined["outcome"], declined["score"], declined["dismissal"]["reason"]) == (None, None, "not_now")
    assert (await api.get(ME))["answers"] == 0
    gave_up = await api.post(f"/v1/recommendations/{second['id']}/answers", {"gave_up": True, "id": "o1"})
    assert (gave_up["right"], gave_up["score"], gave_up["outcome"]["id"]) == (False, 0.0, "o1")
    scored = await api.post(f"/v1/recommendations/{third['id']}/answers", {"score": 0.6})
    assert (scored["right"], scored["answers"]) == (True, [])
    assert (await api.get(ME))["answers"] == 2
