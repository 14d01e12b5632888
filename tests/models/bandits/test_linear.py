"""The state of linear bandits: ridge regression, exact whatever the order, the batches and the number of updates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bandits.linear import SIZE, LinearState, updated
from models.bandits.registry import BANDITS, bandit
from tests.models.courses import few, on_the_way, random_course

LINEAR = [name for name in BANDITS if name != "thompson_beta"]


def test_two_answers_worked_by_hand():
    """A = I + (1, 0)(1, 0)ᵀ + (1, 1)(1, 1)ᵀ = [[3, 1], [1, 2]], b = (1, 0) + 2 (1, 1) = (3, 2), θ̂ = (0.8, 0.6)."""
    state = updated(updated(LinearState.empty(1.0, 2), [1, 0], 1.0), [1, 1], 2.0)
    assert state.precision.tolist() == [[3, 1], [1, 2]] and state.moment.tolist() == [3, 2]
    assert state.mean == pytest.approx([0.8, 0.6]) and state.answers == 2
    assert state.spread(np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx(np.sqrt([2 / 5, 3 / 5]))


@few
@given(st.lists(st.integers(1, 39), max_size=5), st.integers(0, 99))
def test_the_estimate_is_ridge_regression_whatever_the_batches_and_the_order(cuts, seed):
    draw = np.random.default_rng(seed)
    context, reward = draw.normal(size=(40, 6)), draw.normal(size=40)
    order, state = draw.permutation(40), LinearState.empty(2.0, 6)
    for part in np.split(order, sorted(set(cuts))):
        state = updated(state, context[part], reward[part])
    precision = 2.0 * np.eye(6) + context.T @ context
    assert state.mean == pytest.approx(np.linalg.solve(precision, context.T @ reward), abs=1e-9)
    assert state.spread(context) == pytest.approx(
        np.sqrt(np.einsum("md,de,me->m", context, np.linalg.inv(precision), context)), abs=1e-9
    )
    assert state.answers == 40


def test_an_update_leaves_the_earlier_state_as_it_was():
    before = LinearState.empty(1.0, 3)
    updated(before, np.ones((2, 3)), np.ones(2))
    assert (before.precision == np.eye(3)).all() and not before.moment.any() and before.answers == 0


def test_a_hundred_thousand_single_updates_lose_nothing():
    """Against one least-squares fit of all rows by QR, on contexts that nearly depend on each other."""
    draw = np.random.default_rng(0)
    context = draw.normal(size=(100_000, 8)).astype(np.float32).astype(np.float64)
    context[:, 7] = context[:, 6] + 1e-3 * context[:, 7]
    truth = draw.normal(size=8)
    reward = context @ truth + draw.normal(size=len(context))
    state = LinearState.empty(1.0, 8)
    for row, paid in zip(context, reward, strict=True):
        state = updated(state, row, paid)
    stacked = np.concatenate([context, np.eye(8)]), np.concatenate([reward, np.zeros(8)])
    expected, *_ = np.linalg.lstsq(*stacked, rcond=None)
    assert state.answers == 100_000
    assert state.mean == pytest.approx(expected, abs=1e-7)
    assert (state.precision == state.precision.T).all()
    assert np.linalg.eigvalsh(state.precision).min() > 1


def test_a_prior_worth_less_keeps_its_estimate_and_is_surer_of_nothing():
    draw = np.random.default_rng(0)
    context = draw.normal(size=(5_000, 4))
    state = updated(LinearState.empty(1.0, 4), context, context @ [1.0, -1.0, 0.5, 0.0])
    prior = state.worth(500, 1.0)
    assert prior.answers == 0 and prior.mean == pytest.approx(state.mean, abs=0.01)
    assert prior.spread(context[:9]) == pytest.approx(np.sqrt(10) * state.spread(context[:9]), rel=0.02)
    assert (state.worth(9_999, 1.0).precision == state.precision).all()


@pytest.mark.parametrize("name", LINEAR)
def test_it_learns_which_resources_pay(name):
    """Only resources of one kind pay: after a few hundred outcomes the best estimates are of that kind."""
    course = random_course(1)
    seen, kind = on_the_way(course, learners=16), int(np.bincount(course.kind).argmax())
    learner = bandit(name, course, 0)
    for _ in range(40):
        decision = learner.decide(seen)
        done = seen.candidates[np.arange(16), decision.chosen]
        learner = learner.after(seen, decision, (course.kind[done] == kind).astype(np.float32))
    paying = course.kind[seen.candidates] == kind
    estimate = np.where(seen.mask, learner.context(seen) @ learner.state.mean, -np.inf)
    rows = (paying & seen.mask).any(axis=1) & (~paying & seen.mask).any(axis=1)
    assert rows.sum() > 3 and paying[np.arange(16), estimate.argmax(axis=1)][rows].all()


@pytest.mark.parametrize("name", LINEAR)
def test_a_decision_carries_the_context_that_is_learnt_from(name):
    course = random_course(1)
    seen, learner = on_the_way(course), bandit(name, course, 0)
    decision = learner.decide(seen)
    assert decision.context.shape == (*seen.mask.shape, SIZE)
    assert (decision.context == learner.context(seen)).all() and (decision.context[..., -1] == 1).all()
