"""Bandits on the real database: recommend, outcome, the state moves, and a restart changes nothing."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from graph.recommendations.bandits import BanditFeedback, BanditState, read_bandit
from models.policies.bandit_training import BANDIT_NAMES, make_bandit, make_prior_bandit
from models.policies.bandits import CONTEXT_SIZE
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from services.learners.state import read_learner_state
from services.recommendations.bandits import PRIORS, load_bandit, load_prior, restore_bandit, update_bandit_state
from services.recommendations.decision import decide_slate
from services.recommendations.recommend import decide_and_log
from tests import little_course
from tests.graph.short_forms import read_decision
from tests.services.little_arrays import little_course as make_little_arrays

pytestmark = pytest.mark.database


async def asked(context, name):
    """The learner's state with the bandit in charge, in its present state and with the same chance each time."""
    state = await read_learner_state(context, "ana", None)
    chosen = (await load_bandit(context.graph, state.served, name)).seeded(1)
    strategies = replace(state.served.strategies, recommender=chosen)
    return replace(state, served=replace(state.served, strategies=strategies))


async def decided(context, name, n=1):
    """What the bandit decides for the learner now; logged."""
    return await decide_and_log(context, await read_learner_state(context, "ana", None), n, name)


@pytest.fixture
async def ana(api, graph):
    """A learner of the little course, whose bandits start from nothing."""
    course = little_course.little()
    await little_course.load(graph, replace(course, settings={**course.settings, "banditPrior": "plain"}))
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    return api


@pytest.mark.parametrize("name", BANDIT_NAMES)
async def test_what_it_learns_survives_a_restart(ana, graph, address, tmp_path, name):
    first = await decided(ana.context, name)
    [choice] = first.slate
    logged = (await read_decision(graph, choice.id)).decision
    assert (logged.policy, logged.propensity) == (name, pytest.approx(first.decision.propensity[0, choice.index]))
    assert await read_bandit(graph, "little", name) is None
    outcome = {"id": "o1", "learner": "ana", "recommendation": choice.id, "right": True}
    paid = [await ana.post("/v1/outcomes", outcome) for _ in range(2)]
    assert [each["repeated"] for each in paid] == [False, True]
    state = await read_bandit(graph, "little", name)
    assert state.answers == 1
    if name == "thompson_beta":
        assert logged.context is None and state.arms == {logged.resource: pytest.approx((1, 0), abs=1e-6)}
    else:
        assert len(logged.context) == CONTEXT_SIZE and logged.context[-1] == 1
        assert state.moment == pytest.approx([paid[0]["reward"] * x for x in logged.context], abs=1e-4)
    before = decide_slate(await asked(ana.context, name), 1)
    async with ContextFactory(address, ArtifactStore(tmp_path)).open() as restarted:
        after = decide_slate(await asked(restarted, name), 1)
    states = [each.state.served.recommender.state for each in (before, after)]
    for field in fields_of(states[0]):
        assert np.array_equal(*(getattr(state, field) for state in states))
    assert [before.slate[0].resource, before.slate[0].propensity] == [
        after.slate[0].resource,
        after.slate[0].propensity,
    ]
    assert (before.decision.propensity == after.decision.propensity).all()


def fields_of(state):
    return list(type(state).__dataclass_fields__)


async def test_outcomes_that_follow_nobody_or_another_policy_move_no_bandit(ana, graph):
    [step] = (await ana.post("/v1/learners/ana/recommendations"))["recommendations"]
    await ana.post("/v1/outcomes", {"learner": "ana", "recommendation": step["id"], "right": True})
    await ana.post("/v1/outcomes", {"learner": "ana", "resource": "little/r/nouns-test-1", "right": False})
    assert [await read_bandit(graph, "little", name) for name in BANDIT_NAMES] == [None] * 4


async def test_every_place_of_a_slate_is_logged_with_its_own_context(ana, graph):
    several = await decided(ana.context, "linucb", n=3)
    logged = [(await read_decision(graph, choice.id)).decision for choice in several.slate]
    contexts = [several.decision.context[0, choice.index].tolist() for choice in several.slate]
    assert [each.context for each in logged] == contexts and len(logged) == 3


async def test_it_starts_from_practice_once_and_the_first_outcome_waits_for_it(api, graph):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    context = api.context
    served = await context.courses.get("little")
    first, second = await asyncio.gather(*(load_prior(served, "linucb") for _ in range(2)))
    assert first is second and first.state.answers == 0 and first.state.precision[-1, -1] == pytest.approx(1_001)
    [choice] = (await decided(context, "linucb")).slate
    features = np.array((await read_decision(graph, choice.id)).decision.context)
    PRIORS.clear(served)
    await api.post("/v1/outcomes", {"learner": "ana", "recommendation": choice.id, "right": True})
    now = (await load_bandit(graph, served, "linucb")).state
    assert now.precision == pytest.approx(first.state.precision + np.outer(features, features), abs=1e-12)
    assert now.answers == 1


@pytest.mark.parametrize("name", BANDIT_NAMES)
def test_what_is_stored_is_restored(name):
    """And learning goes on from it as if it had never been away."""
    course = make_little_arrays()
    start = make_bandit(name, course) if name == "linucb" else make_prior_bandit(name, course, rounds=3)
    followed = [
        BanditFeedback(id, [0.5] * (CONTEXT_SIZE - 1) + [1.0], 0.1 * n) for n, id in enumerate(course.resource_ids)
    ]
    at_once = restore_bandit(start, update_bandit_state(start, None, followed))
    stored = update_bandit_state(start, None, followed[:2])
    both = update_bandit_state(start, stored, followed[2:])
    if name == "thompson_beta":
        both = replace(both, arms={**stored.arms, **both.arms})
    assert both.answers == len(followed) == 4
    for field in fields_of(start.state):
        assert getattr(restore_bandit(start, both).state, field) == pytest.approx(
            getattr(at_once.state, field), abs=1e-12
        )


def test_what_another_version_wrote_or_logged_is_not_understood():
    start = make_bandit("linucb", make_little_arrays())
    assert restore_bandit(start, BanditState("0", 9, [1.0], [1.0])) is start and restore_bandit(start, None) is start
    odd = update_bandit_state(start, None, [BanditFeedback("x", [1.0, 2.0], 1.0), BanditFeedback("x", None, 1.0)])
    assert odd.answers == 0 and not any(odd.moment)


def test_a_resource_that_has_left_the_course_still_counts():
    start = make_bandit("thompson_beta", make_little_arrays())
    after = update_bandit_state(start, None, [BanditFeedback("gone", None, 0.35)])
    assert after.arms == {"gone": (pytest.approx(1), pytest.approx(0))} and after.answers == 1
    assert not restore_bandit(start, after).state.wins.any()
