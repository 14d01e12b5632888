"""A bandit's state in the graph: moved with the outcome, once, by its own recommendations only, and by all of them."""

import asyncio
from dataclasses import replace

import pytest

from graph.connection import connect
from graph.errors import Conflict
from graph.learners.practice import Outcome
from graph.recommendations.bandits import BanditFeedback, BanditKey, BanditState, BanditUpdates, read_bandit
from graph.recommendations.decisions import LoggedDecision, log_decisions
from graph.recommendations.outcomes import record_outcomes
from tests.graph.outcome_model import learn
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.short_forms import read_decision, record_outcome
from tests.graph.worlds import NOW, write_worlds

pytestmark = pytest.mark.database
SERVED = LoggedDecision("q1", "learner", "course", NOW, "adder", "1", "b1", 1.0, 1, 0, context=[1.0, 0.5])
OUTCOME = Outcome("o1", "learner", True, NOW, recommendation="q1")


def add(key: BanditKey, state: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    """A bandit that adds: the answers, x r, x xᵀ (upper triangle), and a win for each outcome of a resource."""
    moment, precision = (state.moment, state.precision) if state else ([0.0, 0.0], [1.0, 0.0, 1.0])
    arms = dict(state.arms) if state else {}
    for each in followed:
        a, b = each.context or (0.0, 0.0)
        moment = [moment[0] + a * each.reward, moment[1] + b * each.reward]
        precision = [precision[0] + a * a, precision[1] + a * b, precision[2] + b * b]
        wins, losses = arms.get(each.resource, (0.0, 0.0))
        arms[each.resource] = (wins + 1, losses)
    return BanditState("1", (state.answers if state else 0) + len(followed), moment, precision, arms)


BANDITS = BanditUpdates(frozenset({"adder", "other"}), add)


async def counted(graph, text):
    return (await graph.execute_read(lambda work: work.text(text)))[0]["n"]


async def test_numbers_worked_by_hand(graph):
    """b from 0: r = 0.35; x = (1, ½): b = (0.35, 0.175), A = I + (1, ½)(1, ½)ᵀ."""
    await write_worlds(graph, replace(CHAIN, mastery={"a": (0.9, 1.0)}))
    await log_decisions(graph, [SERVED])
    assert (await read_decision(graph, "q1")).decision.context == [1.0, 0.5]
    assert await read_bandit(graph, "course", "adder") is None
    await record_outcome(graph, OUTCOME, learn, NOW, bandits=BANDITS)
    state = await read_bandit(graph, "course", "adder")
    assert state.moment == pytest.approx([0.35, 0.175]) and state.precision == [2.0, 0.5, 1.25]
    assert (state.version, state.answers, state.arms) == ("1", 1, {"b1": (1.0, 0.0)})
    held = "MATCH (:Course {id: 'course'})-[:LEARNS_BY]->(:Bandit {id: 'course/adder'})-[:ARM]->(:Resource) "
    assert await counted(graph, held + "RETURN count(*) AS n") == 1


async def test_a_repeated_outcome_does_not_move_it_again(graph):
    await write_worlds(graph, CHAIN)
    await log_decisions(graph, [SERVED])
    for _ in range(2):
        await record_outcomes(graph, [OUTCOME, OUTCOME], learn, NOW, bandits=BANDITS)
    assert (await read_bandit(graph, "course", "adder")).answers == 1


async def test_other_outcomes_leave_it_alone(graph):
    """Without a recommendation, after another policy, refused, or of a bandit that nobody named."""
    await write_worlds(graph, CHAIN, CHAIN)
    await log_decisions(graph, [replace(SERVED, policy="needed"), replace(SERVED, id="q2")])
    await record_outcome(graph, OUTCOME, learn, NOW, bandits=BANDITS)
    free = replace(OUTCOME, id="o2", recommendation=None, resource="b1")
    await record_outcome(graph, free, learn, NOW, bandits=BANDITS)
    followed = replace(OUTCOME, id="o3", recommendation="q2")
    with pytest.raises(Conflict):
        await record_outcome(graph, replace(followed, learner="learner-1"), learn, NOW, bandits=BANDITS)
    await record_outcome(graph, followed, learn, NOW)
    assert await read_bandit(graph, "course", "adder") is None
    assert await counted(graph, "MATCH (b:Bandit) RETURN count(b) AS n") == 0


async def test_what_fails_later_in_the_transaction_takes_it_back(graph):
    await write_worlds(graph, CHAIN)
    await log_decisions(graph, [SERVED, replace(SERVED, id="q2")])
    await record_outcome(graph, OUTCOME, learn, NOW, bandits=BANDITS)
    before = await read_bandit(graph, "course", "adder")

    def breaks(key, state, followed):
        raise ZeroDivisionError

    later = replace(OUTCOME, id="o2", recommendation="q2")
    with pytest.raises(ZeroDivisionError):
        await record_outcome(graph, later, learn, NOW, bandits=BanditUpdates(BANDITS.names, breaks))
    assert await counted(graph, "MATCH (i:Interaction) RETURN count(i) AS n") == 1
    assert await read_bandit(graph, "course", "adder") == before
    [again] = await record_outcomes(graph, [later], learn, NOW, bandits=BANDITS)
    assert not again.repeated and (await read_bandit(graph, "course", "adder")).answers == 2


async def test_a_batch_moves_each_bandit_by_its_own(graph):
    await write_worlds(graph, CHAIN, CHAIN)
    policies = ["adder", "other", "adder", "needed", "adder"]
    learners = ["learner-1", "learner", "learner", "learner", "learner-1"]
    pairs = list(enumerate(zip(policies, learners, strict=True)))
    await log_decisions(graph, [replace(SERVED, id=f"q{n}", policy=p, learner=who) for n, (p, who) in pairs])
    outcomes = [replace(OUTCOME, id=f"o{n}", learner=who, recommendation=f"q{n}") for n, (_, who) in pairs]
    await record_outcomes(graph, outcomes, learn, NOW, bandits=BANDITS)
    assert [(await read_bandit(graph, "course", name)).answers for name in ("adder", "other")] == [3, 1]
    assert await read_bandit(graph, "course", "needed") is None


async def test_a_new_version_starts_anew(graph):
    await write_worlds(graph, CHAIN)
    await log_decisions(graph, [SERVED, replace(SERVED, id="q2", resource="b2")])
    await record_outcome(graph, OUTCOME, learn, NOW, bandits=BANDITS)
    new = BanditUpdates(BANDITS.names, lambda key, state, followed: BanditState("2", 1, arms={"b2": (1.0, 0.0)}))
    await record_outcome(graph, replace(OUTCOME, id="o2", recommendation="q2"), learn, NOW, bandits=new)
    assert await read_bandit(graph, "course", "adder") == BanditState("2", 1, arms={"b2": (1.0, 0.0)})


async def test_outcomes_of_twenty_learners_at_once_are_all_learnt(graph, address):
    """Two processes' pools; five outcomes each, in batches and alone, of two bandits; some followed no bandit."""
    await write_worlds(graph, *[replace(CHAIN, mastery={})] * 20)
    learners = ["learner", *(f"learner-{n}" for n in range(1, 20))]
    policies = ["adder", "other", "needed"]
    served = [
        replace(SERVED, id=f"{who}-{n}", learner=who, policy=policies[(n + turn) % 3], resource=f"{'abc'[n % 3]}1")
        for turn, who in enumerate(learners)
        for n in range(5)
    ]
    await log_decisions(graph, served)

    def outcomes(who, numbers):
        return [replace(OUTCOME, id=f"o-{who}-{n}", learner=who, recommendation=f"{who}-{n}") for n in numbers]

    async with connect(replace(address, retry_seconds=30)) as one, connect(replace(address, retry_seconds=30)) as two:
        jobs = [
            record_outcomes(pool, outcomes(who, numbers), learn, NOW, bandits=BANDITS)
            for who in learners
            for pool, numbers in ((one, [0, 1]), (two, [2]), (one, [3]), (two, [4]))
        ]
        await asyncio.gather(*jobs)
    for name in ("adder", "other"):
        mine = [decision for decision in served if decision.policy == name]
        state = await read_bandit(graph, "course", name)
        assert state.answers == len(mine) and state.precision[0] == 1 + len(mine)
        assert sum(wins for wins, _ in state.arms.values()) == len(mine)
        paid = f"MATCH (i)-[:FOLLOWED]->({{policy: '{name}'}}) RETURN sum(i.reward) AS n"
        assert state.moment[0] == pytest.approx(await counted(graph, paid))
    assert await counted(graph, "MATCH (i:Interaction) RETURN count(i) AS n") == 100
