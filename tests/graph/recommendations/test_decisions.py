"""Served decisions are logged as they were, read back, and rebuilt into (s, a, r, s′)."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from graph.errors import NotFound
from graph.learners.diagnostics import finish_diagnostic, start_diagnostic
from graph.learners.mastery import read_mastery
from graph.learners.practice import Outcome, PointUpdate
from graph.learners.profiles import Goal
from graph.recommendations.candidates import read_candidates
from graph.recommendations.decisions import LoggedDecision, log_decisions, read_history, read_unanswered
from graph.recommendations.dismissals import dismiss_recommendation
from graph.recommendations.transitions import read_transitions
from tests.graph.outcome_model import learn
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.short_forms import read_decision, record_outcome
from tests.graph.worlds import NOW, write_worlds

pytestmark = pytest.mark.database
DECISION = LoggedDecision(
    "q1", "learner", "course", NOW, "lodestar", "3", "b1", 0.6, 7, 0,
    [Goal("c", 0.9)], ["b1", "b2"], [True, False], [0.4, -0.1], [0.6, 0.4],
)  # fmt: skip


async def test_what_is_logged_is_read(graph):
    await write_worlds(graph, CHAIN, CHAIN)
    others = [replace(DECISION, id="q2", learner="learner-1", q_values=[]), replace(DECISION, id="q3", learner="gone")]
    assert await log_decisions(graph, [DECISION, *others]) == {"q1", "q2"}
    served = await read_decision(graph, "q1")
    assert served.decision == DECISION and served.outcome is None
    await record_outcome(graph, Outcome("o1", "learner", True, NOW, recommendation="q1"), learn, NOW)
    served = await read_decision(graph, "q1")
    assert (served.outcome, served.right) == ("o1", True) and served.reward == pytest.approx(0.35)


async def test_the_unanswered_places_of_the_latest_decision_are_read_in_order(graph):
    await write_worlds(graph, CHAIN)
    assert await read_unanswered(graph, "learner") == []
    slate = [replace(DECISION, id=f"s{9 - n}", place=n, at=NOW + timedelta(hours=1)) for n in range(3)]
    await log_decisions(graph, [DECISION, *slate, replace(DECISION, id="other", course="chess", at=NOW)])
    assert await read_unanswered(graph, "learner") == slate
    assert [each.id for each in await read_unanswered(graph, "learner", "chess")] == ["other"]
    await record_outcome(graph, Outcome("o1", "learner", True, NOW, recommendation="s9"), learn, NOW)
    await dismiss_recommendation(graph, "s8", "not_now", NOW, NOW)
    assert await read_unanswered(graph, "learner") == slate[2:]
    assert await read_unanswered(graph, "nobody") == []


async def test_what_was_served_stays_a_candidate(graph):
    await write_worlds(graph, CHAIN)
    await log_decisions(graph, [DECISION])
    assert (await read_candidates(graph, "learner", NOW)).resources == ["b1", "b2"]


async def test_history_is_newest_first_and_pages(graph):
    await write_worlds(graph, CHAIN)
    assert await read_history(graph, "learner") == []
    served = [replace(DECISION, id=f"q{n}", at=NOW + timedelta(hours=n)) for n in range(4)]
    await log_decisions(graph, served)
    at = NOW + timedelta(minutes=30)
    await record_outcome(graph, Outcome("o0", "learner", False, at, recommendation="q0"), learn, at)
    events = await read_history(graph, "learner")
    assert [(event.recommendation, event.outcome) for event in events] == [
        ("q3", None), ("q2", None), ("q1", None), ("q0", "o0"),
    ]  # fmt: skip
    assert events[3].resource == "b1" and events[3].right is False and events[3].policy == "lodestar"
    assert await read_history(graph, "learner", limit=2, before=events[1].at) == events[2:]
    with pytest.raises(NotFound, match="no learner 'bob'"):
        await read_history(graph, "bob")


def fading(practice):
    """The tests' learner model, with a rate of forgetting that changes with the level."""
    learned = learn(practice)
    changes = [change._replace(decay=0.02 + 0.2 * change.level) for change in learned.changes]
    return replace(learned, changes=changes)


@pytest.mark.parametrize("model", [learn, fading])
async def test_every_answered_step_is_rebuilt(graph, model):
    """The rebuilt states are those that the learner's mastery showed at the time."""
    await write_worlds(graph, replace(CHAIN, mastery={}, settings={"forgetting": 0.05}), replace(CHAIN, mastery={}))
    await start_diagnostic(graph, "d1", "learner-1", "course", NOW - timedelta(days=9))
    await finish_diagnostic(
        graph, "d1", [PointUpdate("a", 0.9, 0.1), PointUpdate("b", 0.2, 0.1)], NOW - timedelta(days=9)
    )
    seen, after = [], []
    for n in range(4):
        at = NOW + timedelta(days=2 * n)
        state = await read_candidates(graph, "learner-1", at)
        seen.append(state)
        await log_decisions(graph, [replace(DECISION, id=f"q{n}", learner="learner-1", at=at, step=state.step)])
        if n != 1:
            outcome = Outcome(f"o{n}", "learner-1", n > 0, at, recommendation=f"q{n}")
            await record_outcome(graph, outcome, model, at)
        after.append({each.point: each.level for each in await read_mastery(graph, "learner-1", at)})
    rebuilt = [transition async for transition in read_transitions(graph, course="course", learners=1)]
    assert [each.decision.id for each in rebuilt] == ["q0", "q2", "q3"]
    for transition, n in zip(rebuilt, (0, 2, 3), strict=True):
        levels = {point: each.level for point, each in transition.before.points.items()}
        assert levels == pytest.approx(dict(zip(seen[n].mastery.points, seen[n].mastery.levels, strict=True)))
        days = {point: each.days for point, each in transition.before.points.items()}
        assert days == pytest.approx(dict(zip(seen[n].mastery.points, seen[n].mastery.days, strict=True)), abs=1e-6)
        assert {point: each.level for point, each in transition.after.points.items()} == pytest.approx(after[n])
        assert (transition.before.answers, transition.before.success) == (
            seen[n].answers,
            pytest.approx(seen[n].success),
        )
        assert transition.decision.candidates == ["b1", "b2"] and transition.decision.version == "3"
    assert [each.right for each in rebuilt] == [False, True, True]
    assert rebuilt[0].reward == pytest.approx(-0.25 * 0.2 * math.exp(-0.45))
    assert [each.next and each.next.id for each in rebuilt] == ["q1", "q3", None]
    assert [each async for each in read_transitions(graph, since=NOW + timedelta(days=5))] == rebuilt[2:]
    assert [each async for each in read_transitions(graph, course="chess")] == []
