"""A course's own log from the graph to a ranker that serves: cleaned, measured, fitted, asked for, advised on."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.errors import Invalid
from graph.learners.practice import Outcome
from graph.recommendations.outcomes import record_outcomes
from models.evaluation.advice import save_advice
from models.evaluation.leaderboard import Leaderboard, LeaderboardRow, save_leaderboard
from models.rankers.comparison import load_comparison
from services.outcomes import make_outcome_model
from services.training.evaluate import advise_on_course, evaluate_rankers, read_raw_course_log

pytestmark = pytest.mark.database
NAMES = ["popular", "item_knn", "tfidf", "mf"]
KINDS = ("lesson-1", "practice-1", "video-1", "lesson-2", "practice-2", "video-2", "reading-1", "reading-2")
START = datetime(2026, 1, 1, tzinfo=UTC)


async def study(api, learners=30, bot=False):
    """Everybody walks through the nouns in one of two orders, an hour apart, right two times in three."""
    model = make_outcome_model({"little": (await api.context.courses.get("little")).course})
    for number in range(learners):
        await api.post("/v1/learners", {"id": f"l{number}", "goals": [{"point": "little/adjectives"}]}, 201)
        order = KINDS if number % 2 else KINDS[::-1]
        outcomes = [
            Outcome(
                f"l{number}-{step}",
                f"l{number}",
                (step + number) % 3 > 0,
                START + timedelta(days=number, hours=step),
                resource=f"little/r/nouns-{kind}",
            )
            for step, kind in enumerate(order)
        ]
        await record_outcomes(api.context.graph, outcomes, model, api.context.now())


async def test_a_log_is_measured_and_fitted_and_then_serves(api, tmp_path):
    await study(api)
    served = await api.context.courses.get("little")
    strategies = served.strategies.available
    heard = []
    standing, _ = evaluate_rankers(
        await read_raw_course_log(api.context.graph, "little"), strategies.rankers, NAMES, report=heard.append
    )
    assert heard == NAMES and load_comparison(strategies.rankers) == standing
    assert (standing.events, standing.learners) == (240, 30) and standing.asked == 48
    rungs = {rung.name: rung for rung in standing.rows}
    assert set(rungs) == {"curriculum", *NAMES} and not any(rung.lacks for rung in standing.rows)
    assert rungs["item_knn"].figures["ndcg10"] > 0 and (strategies.rankers / "offline.png").stat().st_size > 5_000

    answer = await api.post("/v1/learners/l1/recommendations", {"strategy": "item_knn"})
    assert answer["strategy"] == {"asked": "item_knn", "used": "item_knn", "handed_over": []}
    assert answer["recommendations"][0]["policy"]["version"].startswith("item_knn-")
    await api.post("/v1/learners", {"id": "new"}, 201)
    answer = await api.post("/v1/learners/new/recommendations", {"strategy": "item_knn"})
    assert answer["strategy"]["handed_over"] == [{"strategy": "item_knn", "why": "it has no opinion of this learner"}]

    data, advice = await advise_on_course(api.context.graph, strategies, "full")
    assert (data.learners, data.interactions, data.own, data.known_learners) == (30, 240, 1.0, 30)
    assert advice.strategy == "needed" and data.labels == "telling"
    [row] = [row for row in advice.rows if row.strategy == "tfidf"]
    assert row.ndcg10 == rungs["tfidf"].figures["ndcg10"] and not row.lacking


async def test_who_teaches_as_well_and_predicts_better_serves_after_the_advice(api, tmp_path):
    await study(api, 20)
    strategies = (await api.context.courses.get("little")).strategies.available
    evaluate_rankers(await read_raw_course_log(api.context.graph, "little"), strategies.rankers, ["tfidf"])
    versions = {"needed": "1", "tfidf": strategies.make("tfidf").version}

    def contest(**changed):
        stood = (versions | changed).items()
        rungs = [LeaderboardRow(name, version, 0.5, 0, 0.5, 20, 0, 0, 0.5, 0.1) for name, version in stood]
        save_leaderboard(Leaderboard("little", 9, [0], rungs, "needed", ""), strategies.policies)

    contest(tfidf="an earlier fit")
    _, advice = await advise_on_course(api.context.graph, strategies, "full")
    assert advice.strategy == "needed", "what it taught then says nothing of this fit"
    contest()
    _, advice = await advise_on_course(api.context.graph, strategies, "full")
    better = next(row for row in advice.rows if row.strategy == "tfidf").better
    assert advice.strategy == ("tfidf" if better else "needed")
    save_advice(advice, strategies.rankers)
    assert strategies.best() == advice.strategy
    await api.context.courses.refresh("little")
    answer = await api.post("/v1/learners/l1/recommendations")
    assert answer["strategy"]["used"] == advice.strategy


async def test_what_recommendations_led_to_is_not_asked_about(api, tmp_path):
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    for _ in range(3):
        [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
        await api.post("/v1/outcomes", {"learner": "ana", "recommendation": step["id"], "right": True})
    logged = await read_raw_course_log(api.context.graph, "little")
    assert [row.is_own_choice for row in logged.rows] == [False] * 3
    with pytest.raises(Invalid, match=r"0 events to ask about, 20 needed\. The log holds 3 events, 0 of them chosen"):
        evaluate_rankers(logged, tmp_path / "rankers", NAMES)
    assert not (tmp_path / "rankers").exists()
