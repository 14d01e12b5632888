"""What the ready queries say agrees with plain Python over the same records, of the real loop and of real learners."""

from datetime import timedelta

import pytest
from scipy import stats

from graph.analysis.ready import analyse, find_question
from tests.graph import brute_force, histories
from tests.graph.worlds import NOW

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=16)
COMMON = {"course": "course", "now": LATER, "limit": 1000, "at_least": 1, "learners": [], "weeks": 4}
CLOSE = {"abs": 6e-4}


class Asker:
    """Asks with the common parameters, as many as the question takes."""

    def __init__(self, graph, truth):
        self.graph, self.truth = graph, truth
        self.goal = max({goal for _, goal in truth.goals}, key=lambda g: sum(g == each for _, each in truth.goals))

    async def __call__(self, name, key, **given):
        asked = {k: v for k, v in COMMON.items() if k in find_question(name).params} | given
        return {row[key] if not isinstance(row[key], list) else tuple(row[key]): row
                for row in await analyse(self.graph, name, asked)}  # fmt: skip


@pytest.fixture(scope="module", params=["write_simulated_history", "write_assistments_history"])
async def asker(module_graph, request):
    await getattr(histories, request.param)(module_graph)
    return Asker(module_graph, await brute_force.read_truth(module_graph, LATER))


def agree(rows, expected, columns):
    """Row by row, numbers within half a unit of the last place that is shown."""
    assert rows.keys() == expected.keys()
    for key, values in expected.items():
        told = [rows[key][column] for column in columns]
        for column, mine, theirs in zip(columns, values, told, strict=True):
            same = theirs == pytest.approx(mine, **CLOSE) if isinstance(mine, float) else theirs == mine
            assert same, f"{key}: {column} is {theirs}, not {mine}"


async def test_forgetting(asker):
    columns = ("answers", "learners", "right_share", "low", "high", "assumed")
    agree(await asker("forgetting", "days_from"), brute_force.forgetting(asker.truth), columns)


async def test_gain_per_minute_with_intervals(asker):
    rows = await asker("gain_per_minute", "resource")
    expected = brute_force.gain_per_minute(asker.truth)
    agree(rows, {key: values[:3] for key, values in expected.items()}, ("answers", "learners", "credited_per_minute"))
    for key, (*_, ratio, low, high) in expected.items():
        if low is not None:
            near = {"rel": 4e-3, "abs": 2e-5}
            assert rows[key]["low"] - ratio == pytest.approx(low - ratio, **near)
            assert rows[key]["high"] - ratio == pytest.approx(high - ratio, **near)
            assert rows[key]["credited"] == ("yes" if rows[key]["low"] > 0 else "no" if high <= 0 else "unclear")
        else:
            assert rows[key]["low"] is rows[key]["high"] is None and rows[key]["credited"] == "unclear"


def test_the_quantile_of_t_in_the_query_is_close():
    for df in range(3, 200):
        told = 1.96 + 2.3723 / df + 2.8225 / df**2 + 2.5558 / df**3 + 1.5895 / df**4
        assert told == pytest.approx(stats.t.ppf(0.975, df), rel=2e-3)


async def test_next_answer_beside_that_of_others(asker):
    columns = ("answers", "learners", "next_right", "others", "others_right", "difference", "low", "high")
    rows, expected = await asker("next_answer", "resource"), brute_force.next_answer(asker.truth)
    assert any(values[3] for values in expected.values())
    agree(rows, expected, columns)
    for key, (*_, low, high) in expected.items():
        says = "cannot be told: no contrast"
        if low is not None:
            says = "yes" if low > 0 else "no" if high < 0 else "unclear"
        assert rows[key]["teaches"] == says


@pytest.mark.parametrize("at_least", [1, 3])
async def test_prerequisite_evidence_rests_on_own_answers(asker, at_least):
    rows = await analyse(
        asker.graph, "prerequisite_evidence", {"course": "course", "at_least": at_least, "limit": 1000}
    )
    told = {(row["before"], row["after"]): row for row in rows}
    expected = brute_force.prerequisite_evidence(asker.truth, at_least)
    assert expected or at_least > 1
    columns = ("learners_with", "share_with", "learners_without", "share_without", "low", "high")
    agree(told, expected, columns)
    for row in rows:
        if row["learners_without"] < at_least:
            assert row["verdict"] == "cannot be told: gated"
        elif row["learners_with"] >= at_least:
            says = "supported" if row["low"] > 0 else "no sign of it" if row["high"] < 0.15 else "unclear"
            assert row["verdict"] == says


async def test_time_to_mastery_counts_those_who_are_not_there(asker):
    rows, expected = await asker("time_to_mastery", "point"), brute_force.time_to_mastery(asker.truth)
    assert any(learners > reached for learners, reached, *_ in expected.values())
    columns = ("learners", "reached", "median_answers")
    agree(rows, {key: values[:3] for key, values in expected.items()}, columns)
    for key, values in expected.items():
        assert rows[key]["median_days"] == (None if values[3] is None else pytest.approx(values[3], abs=6e-3))


@pytest.mark.parametrize("at_least", [1, 4])
async def test_stuck_points_and_the_prerequisite(asker, at_least):
    columns = ("learners", "answers", "weakest_prerequisite", "lacking")
    expected = brute_force.stuck_points(asker.truth, at_least)
    agree(await asker("stuck_points", "point", at_least=at_least), expected, columns)


async def test_item_analysis(asker):
    columns = ("learners", "right_share", "discrimination")
    agree(await asker("item_analysis", "item"), brute_force.item_analysis(asker.truth), columns)


async def test_mastery_by_week(asker):
    rows = await asker("mastery_by_week", "week")
    agree(rows, brute_force.mastery_by_week(asker.truth), ("gained", "lost", "learners", "mastered_each"))


async def test_paths_taken(asker):
    rows = await asker("paths_taken", "path", goal=asker.goal, depth=2)
    expected = brute_force.paths_taken(asker.truth, asker.goal, 2)
    assert expected
    columns = ("learners", "reached", "median_steps")
    agree(rows, {key: values[:3] for key, values in expected.items()}, columns)


async def test_path_comparison(asker):
    taken = sorted(brute_force.paths_taken(asker.truth, asker.goal, 2), key=len)[-1]
    pair = taken if len(taken) == 2 else (*taken, asker.goal)
    rows = await asker("path_comparison", "took", goal=asker.goal, first=list(pair), second=list(pair[::-1]))
    expected = brute_force.path_comparison(asker.truth, asker.goal, pair, pair[::-1])
    for key, (learners, reached, steps, minutes, low, high) in expected.items():
        told = rows[key]
        assert (told["learners"], told["reached"], told["median_steps"]) == (learners, reached, steps)
        assert (told["low"], told["high"]) == (pytest.approx(low, **CLOSE), pytest.approx(high, **CLOSE))
        assert told["median_minutes"] == (None if minutes is None else pytest.approx(minutes, abs=0.06))
    assert rows.keys() == expected.keys()


async def test_goal_forecast(asker):
    rows, expected = await asker("goal_forecast", "learner"), brute_force.goal_forecast(asker.truth, 4)
    for key, (left, reached, pace, forecast, *ends) in expected.items():
        told = rows[key]
        assert (told["left"], told["reached"], told["forecast"]) == (left, reached, forecast)
        assert [told["earliest"], told["latest"]] == ends
        assert told["per_week"] == pytest.approx(pace, abs=6e-3)
    assert rows.keys() == expected.keys() == {who for who, _ in asker.truth.goals}
    assert [row["reached"] is None for row in rows.values()] == sorted(
        (r["reached"] is None for r in rows.values()), reverse=True
    )


def test_the_ends_of_a_count_in_the_query_are_close():
    for n in range(2, 60):
        low, high = brute_force.poisson_ends(n)
        assert low == pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2, rel=0.08)
        assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * n + 2) / 2, rel=0.01)


async def test_team_skills_and_gaps(asker):
    truth, team = asker.truth, asker.truth.learners[1:4]
    await asker.graph.execute_write(
        lambda work: work.text("MATCH (l:Learner {id: $id}) SET l.team = 'north'", id=team[0])
    )
    rows = await asker("team_skills", "point", learners=["north", *team[1:]])
    expected = {
        point: (3, sum(truth.level(who, point) >= 0.8 for who in team), sum(truth.level(w, point) for w in team) / 3)
        for point in truth.points
    }
    agree(rows, expected, ("members", "mastered", "mean_level"))
    for point, row in rows.items():
        best = sorted((who for who in team if truth.level(who, point) > 0), key=lambda w: (-truth.level(w, point), w))
        assert row["best"] == best
    gaps = await asker("team_gaps", "point", goal=asker.goal, learners=",".join(["north", *team[1:]]))
    lacking = {}
    for point in truth.points_to(asker.goal):
        levels = [truth.level(who, point) for who in team]
        if min(levels) < 0.8:
            lacking[point] = (3, sum(level < 0.8 for level in levels), max(0.0, 0.8 - max(levels)))
    agree(gaps, lacking, ("members", "lacking", "missing"))
    order = list(gaps)
    assert all(order.index(p) < order.index(k) for p, k in truth.edges.edges if p in gaps and k in gaps)


async def test_everybody_is_the_team_when_nobody_is_named(asker):
    rows = await asker("team_skills", "point")
    began = {who for who, _ in asker.truth.levels}
    assert {row["members"] for row in rows.values()} == {len(began)}
