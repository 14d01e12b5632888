"""`policy_comparison` agrees with a plain loop and Welch's t test of SciPy over the same records."""

from datetime import timedelta

import pytest

from graph.analysis.ready import analyse, complete_parameters, find_question
from graph.errors import Invalid
from tests.graph import brute_force, histories
from tests.graph.worlds import NOW

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=30)
LEARNERS = 16
ARMS = """
MATCH (l:Learner)-[:RECEIVED]->(q:Recommendation)
WITH l, q, toInteger(split(l.id + '-0', '-')[1]) AS n
SET q.policy = CASE WHEN n % 2 = 0 THEN 'curriculum' ELSE 'needed' END,
  q.version = CASE WHEN n = 5 THEN '2' ELSE '1' END,
  l.team = CASE WHEN n < 9 THEN 'north' ELSE 'south' END
WITH l, q ORDER BY q.at
WITH l, collect(q) AS own
WITH own WHERE own[0].learner IN ['learner-2', 'learner-7']
FOREACH (q IN own[..3] | SET q.policy = 'random')
"""
COLUMNS = ("learners", "mixed", "mean", "low", "high", "difference", "difference_low", "difference_high")


@pytest.fixture(scope="module")
async def log(module_graph):
    await histories.write_simulated_history(module_graph, learners=LEARNERS)
    await module_graph.execute_write(lambda work: work.text(ARMS))
    return module_graph


@pytest.fixture(scope="module")
async def truth(log):
    return await brute_force.read_truth(log, LATER)


@pytest.mark.parametrize(
    ("since", "until", "at_least", "baseline", "team"),
    [
        (NOW, LATER, 1, "", None),
        (NOW, LATER, 5, "needed", None),
        (NOW, LATER, 5, "needed 1", "north"),
        (NOW + timedelta(days=1), NOW + timedelta(days=4), 2, "curriculum", None),
    ],
)
async def test_it_agrees_with_a_plain_loop(log, truth, since, until, at_least, baseline, team):
    asked = {"course": "course", "since": since, "until": until, "at_least": at_least, "baseline": baseline}
    rows = await analyse(log, "policy_comparison", asked | ({"learners": team} if team else {}))
    members = [who for who in truth.learners if int((who + "-0").split("-")[1]) < 9] if team else None
    expected = brute_force.policy_comparison(truth, since, until, at_least, baseline, members)
    assert {(row["measure"], row["arm"]) for row in rows} == expected.keys()
    for row in rows:
        for column, value in zip(COLUMNS, expected[row["measure"], row["arm"]], strict=True):
            where = f"{row['measure']}, {row['arm']}: {column}"
            unknown = value is None or value != value  # one learner has no spread
            assert row[column] == (None if unknown else pytest.approx(value, rel=6e-3, abs=2e-3)), where
        assert row["verdict"] == verdict(row), row
    assert any(row["difference_low"] is not None for row in rows)


def verdict(row):
    if row["difference"] is None:
        return "baseline"
    low, high = row["difference_low"], row["difference_high"]
    if low is None or low <= 0 <= high:
        return "unclear"
    up, down = ("more", "fewer") if row["measure"] == "minutes" else ("better", "worse")
    return up if low > 0 else down


async def test_learners_of_two_arms_are_told(log):
    rows = await analyse(log, "policy_comparison", {"course": "course", "until": LATER})
    mixed = {row["arm"]: (row["mixed"], row["own_share"]) for row in rows if row["measure"] == "minutes"}
    assert {arm for arm, (count, _) in mixed.items() if count} == {arm for arm, (_, own) in mixed.items() if own < 1}
    assert sum(count for count, _ in mixed.values()) == 2


async def test_visitors_are_left_out(log):
    [learners] = {
        sum(row["learners"] for row in await analyse(log, "policy_comparison", {"course": "course", "at_least": n})
            if row["measure"] == "minutes")
        for n in (1, 2)
    }  # fmt: skip
    assert learners == LEARNERS
    assert not await analyse(log, "policy_comparison", {"course": "course", "at_least": 50})


async def test_an_arm_that_never_decided_is_refused(log):
    with pytest.raises(Invalid, match=r"no arm 'neded' in course; arms: .*needed 1"):
        await complete_parameters(log, find_question("policy_comparison"), {"baseline": "neded"})
    asked = await complete_parameters(log, find_question("policy_comparison"), {"baseline": "needed 1"})
    assert asked == {"baseline": "needed 1", "course": "course"}


async def test_moments_may_be_days(log):
    asked = {"course": "course", "at_least": 1, "until": "2026-03-02"}
    assert await analyse(log, "policy_comparison", asked | {"since": "2026-03-01"})
    assert not await analyse(log, "policy_comparison", asked | {"since": "2026-02-01", "until": "2026-02-02"})
