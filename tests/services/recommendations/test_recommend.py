"""A strategy that cannot decide hands over, the answer says so, and the prerequisite promise holds whoever decides."""

import time
from dataclasses import replace

import numpy as np
import pytest

from models.policies.strategies import FITTED_STRATEGIES, STRATEGIES
from models.recommender import decide_by_score
from services.training.evaluate import describe_handovers

pytestmark = pytest.mark.database
ME = "/v1/learners/ana/recommendations"


class Odd:
    """A strategy that takes its time, then decides, fails, or is silent."""

    name = "als"
    version = "odd"

    def __init__(self, seconds=0.0, fails=False, silent=False):
        self.seconds, self.fails, self.silent, self.asked = seconds, fails, silent, 0

    def decide(self, observation):
        self.asked += 1
        time.sleep(self.seconds)
        if self.fails:
            raise ZeroDivisionError
        score = np.full(observation.mask.shape, np.nan if self.silent else 1.0, dtype=np.float32)
        return decide_by_score(score, observation.mask)


@pytest.fixture
async def ana(api):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    return api


async def put(api, strategy, budget=None):
    """Let it stand where the fitted ALS would."""
    served = await api.context.courses.get("little")
    served.strategies.available.made["als"] = strategy
    api.app.state.context = replace(api.context, budget_seconds=budget)
    return strategy


NEEDS_NO_FILE = [name for name in STRATEGIES if name not in FITTED_STRATEGIES]


@pytest.mark.parametrize("name", NEEDS_NO_FILE)
async def test_each_strategy_decides_among_what_is_open(ana, name):
    answer = await ana.post(ME, {"strategy": name})
    assert answer["strategy"] == {"asked": name, "used": name, "handed_over": []}
    [step] = answer["recommendations"]
    assert step["policy"]["name"] == name and step["resource"]["id"].startswith("little/r/nouns-")


async def test_without_a_wish_the_courses_own_decides(ana):
    assert (await ana.post(ME))["strategy"] == {"asked": None, "used": "needed", "handed_over": []}


async def test_an_unknown_strategy_is_refused_with_the_names_there_are(ana):
    problem = await ana.post(ME, {"strategy": "oracle"}, 422)
    assert "'oracle'" in problem["detail"] and "needed" in problem["detail"]


@pytest.mark.parametrize("name", ["als", "sasrec", "lodestar", "q"])
async def test_what_was_never_fitted_says_what_to_do(ana, name):
    answer = await ana.post(ME, {"strategy": name})
    [handed] = answer["strategy"]["handed_over"]
    assert answer["strategy"]["used"] == "needed" and handed["strategy"] == name
    assert "lodestar evaluate" in handed["why"] or "lodestar train" in handed["why"]


async def test_one_that_fails_hands_over_and_rests(ana):
    odd = await put(ana, Odd(fails=True))
    for why in ("it failed (ZeroDivisionError)", "it failed a moment ago"):
        answer = await ana.post(ME, {"strategy": "als"})
        assert answer["strategy"] == {
            "asked": "als",
            "used": "needed",
            "handed_over": [{"strategy": "als", "why": why}],
        }
        assert len(answer["recommendations"]) == 1
    assert odd.asked == 1


async def test_one_that_is_too_slow_hands_over_and_is_paused_after_the_third_time_in_a_row(ana, caplog):
    odd = await put(ana, Odd(seconds=0.6), budget=0.2)
    slow = "it took longer than 200 ms"
    for why in (slow, slow, slow, f"{slow} 3 times in a row a moment ago"):
        answer = await ana.post(ME, {"strategy": "als"})
        assert answer["strategy"]["handed_over"] == [{"strategy": "als", "why": why}]
    assert odd.asked == 3
    assert "strategy als of little is paused for 60 s" in caplog.text
    assert ana.context.handovers == {("als", "slow"): 3, ("als", "paused"): 1}
    metrics = (await ana.client.get("/metrics")).text
    assert 'lodestar_strategy_handovers_total{reason="slow",strategy="als"} 3.0' in metrics


async def test_a_slow_moment_is_forgotten_after_a_quick_decision(ana):
    odd = await put(ana, Odd(seconds=0.6), budget=0.2)
    for seconds in (0.6, 0.6, 0.0, 0.6, 0.6):
        odd.seconds = seconds
        used = (await ana.post(ME, {"strategy": "als", "fresh": True}))["strategy"]["used"]
        assert used == ("needed" if seconds else "als")
    assert odd.asked == 5


async def test_rules_have_no_budget_and_are_never_paused(ana, graph):
    served = await ana.context.courses.get("little")
    slow = served.strategies.available.made["zpd"] = Odd(seconds=0.3)
    slow.name = "zpd"
    ana.app.state.context = replace(ana.context, budget_seconds=0.05)
    for _ in range(4):
        assert (await ana.post(ME, {"strategy": "zpd"}))["strategy"]["handed_over"] == []
    assert await describe_handovers(graph, "little") == []


async def test_the_log_keeps_what_was_asked_and_advice_tells_who_decided_instead(ana, graph):
    await put(ana, Odd(fails=True))
    await ana.post(ME, {"strategy": "als"})
    await ana.post(ME, {"fresh": True})
    rows = await graph.execute_read(
        lambda work: work.text("MATCH (q:Recommendation) RETURN q.asked AS asked, q.policy AS used ORDER BY q.at")
    )
    assert [(row["asked"], row["used"]) for row in rows] == [("als", "needed"), ("needed", "needed")]
    [sentence] = await describe_handovers(graph, "little")
    assert sentence == "Of 1 decisions asked of als in 7 days, others made 100%: 1 by needed."


async def test_one_without_an_opinion_hands_over_and_is_asked_again(ana):
    odd = await put(ana, Odd(silent=True))
    for _ in range(2):
        answer = await ana.post(ME, {"strategy": "als"})
        assert answer["strategy"]["handed_over"] == [{"strategy": "als", "why": "it has no opinion of this learner"}]
    assert odd.asked == 2


async def test_what_is_logged_names_who_decided(ana, graph):
    await put(ana, Odd())
    await ana.post(ME, {"strategy": "als"})
    await ana.post(ME, {"strategy": "sasrec"})
    rows = await graph.execute_read(
        lambda work: work.text("MATCH (q:Recommendation) RETURN q.policy AS policy, q.version AS version ORDER BY q.at")
    )
    assert [(row["policy"], row["version"]) for row in rows] == [("als", "odd"), ("needed", "1")]


async def test_nothing_open_is_no_failure_of_a_strategy(ana):
    await ana.put("/v1/learners/ana/limits", {"modalities": ["audio"]})
    answer = await ana.post(ME, {"strategy": "zpd"})
    assert answer["recommendations"] == [] and answer["reason"]["code"] == "blocked"


async def test_when_no_strategy_can_decide_the_answer_is_to_try_again(ana):
    served = await ana.context.courses.get("little")
    for name in served.strategies.order:
        served.strategies.available.made[name] = Odd(fails=True)
    response = await ana.client.post(ME)
    assert response.status_code == 503 and int(response.headers["Retry-After"]) > 0
    problem = response.json()
    assert problem["status"] == 503 and "needed: it failed (ZeroDivisionError)" in problem["detail"]
