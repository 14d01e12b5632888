"""Thompson sampling: draws from the posterior, propensities that its choices bear out.

Wins and losses of resources: parts of them worked by hand, and which resource they lead to.

ε-greedy's propensities, worked by hand.

The state of linear bandits: ridge regression, exact whatever the order, the batches and the number of updates.

LinUCB's bound, written out.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policies.bandit_training import BANDIT_NAMES, make_bandit
from models.policies.bandits import (
    CONTEXT_SIZE,
    BetaState,
    BetaThompson,
    BetaThompsonSettings,
    EpsilonGreedy,
    EpsilonGreedySettings,
    LinearState,
    LinUCB,
    LinUCBSettings,
    Thompson,
    ThompsonSettings,
    update_beta_state,
    update_linear_state,
)
from tests.models.courses import any_course, few, levels, observe, on_the_way, random_course
from tests.models.policies.choices import much_to_choose


def test_a_reward_is_a_part_of_a_win_and_a_part_of_a_loss():
    """−0.25 … 0.35: 0.05 is half a win; more than a right answer to one point can bring is one."""
    wins = BetaThompsonSettings().win(np.array([-0.25, 0.05, 0.2, 0.35, 0.6, -0.4]))
    assert wins == pytest.approx([0, 0.5, 0.75, 1, 1, 0])


def test_answers_to_one_resource_add_up_within_a_batch():
    before = BetaState.empty(3)
    after = update_beta_state(before, np.array([2, 0, 2]), np.array([0.25, 1.0, 0.5]))
    assert after.wins.tolist() == [1, 0, 0.75] and after.losses.tolist() == [0, 0, 1.25] and after.answers == 3
    assert not before.wins.any() and before.answers == 0
    assert after.worth(1).wins == pytest.approx([1 / 3, 0, 0.25]) and after.worth(9).losses.tolist() == [0, 0, 1.25]


def test_the_propensity_is_that_of_two_beta_distributions():
    """P(X > Y) for X ~ Beta(3, 1), Y ~ Beta(1, 1) is the mean of X, ¾."""
    course = random_course(1)
    seen = much_to_choose(course)
    two = np.flatnonzero(seen.mask[0])[:2]
    seen = seen.keep(np.isin(np.arange(seen.mask.shape[1]), two)[None])
    wins = np.zeros(course.resources)
    wins[seen.candidates[0, two[0]]] = 2
    state = BetaState(wins, np.zeros(course.resources))
    decision = BetaThompson(course, BetaThompsonSettings(draws=20_000), state, seed=0).decide(seen)
    assert decision.propensity[0, two] == pytest.approx([0.75, 0.25], abs=0.02)


def test_it_learns_which_resources_pay():
    """Half of the resources bring something: it comes to choose these."""
    course = random_course(1)
    pays = np.random.default_rng(0).random(course.resources) < 0.5
    seen, bandit = on_the_way(course, learners=32), BetaThompson(course, seed=0)
    rows, shares = np.arange(32), []
    for _ in range(120):
        decision = bandit.decide(seen)
        done = seen.candidates[rows, decision.chosen]
        bandit = bandit.after(seen, decision, np.where(pays[done], 0.35, -0.25).astype(np.float32))
        shares.append(pays[done].mean())
    possible = (pays[seen.candidates] & seen.mask).any(axis=1).mean()
    assert np.mean(shares[-20:]) > 0.9 * possible > np.mean(shares[:5])


def test_the_best_has_one_minus_epsilon_and_everybody_a_share():
    """ε = 0.2, K candidates: the best 0.8 + 0.2 / K, the others 0.2 / K."""
    course = random_course(1)
    seen = on_the_way(course)
    decision = EpsilonGreedy(course, EpsilonGreedySettings(epsilon=0.2), seed=0).decide(seen)
    for b in range(len(seen)):
        count = int(seen.mask[b].sum())
        expected = np.where(seen.mask[b], 0.2 / count, 0)
        expected[np.where(seen.mask[b], decision.score[b], -np.inf).argmax()] += 0.8
        assert decision.propensity[b] == pytest.approx(expected, abs=1e-6)


def test_without_epsilon_nothing_is_left_to_chance():
    course = random_course(1)
    seen = on_the_way(course)
    decision = EpsilonGreedy(course, EpsilonGreedySettings(epsilon=0.0)).decide(seen)
    assert (decision.chosen == decision.score.argmax(axis=1)).all() and (decision.propensity.max(axis=1) == 1).all()


LINEAR = [name for name in BANDIT_NAMES if name != "thompson_beta"]


def test_two_answers_worked_by_hand():
    """A = I + (1, 0)(1, 0)ᵀ + (1, 1)(1, 1)ᵀ = [[3, 1], [1, 2]], b = (1, 0) + 2 (1, 1) = (3, 2), θ̂ = (0.8, 0.6)."""
    state = update_linear_state(update_linear_state(LinearState.empty(1.0, 2), [1, 0], 1.0), [1, 1], 2.0)
    assert state.precision.tolist() == [[3, 1], [1, 2]] and state.moment.tolist() == [3, 2]
    assert state.mean == pytest.approx([0.8, 0.6]) and state.answers == 2
    assert state.sd(np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx(np.sqrt([2 / 5, 3 / 5]))


@few
@given(st.lists(st.integers(1, 39), max_size=5), st.integers(0, 99))
def test_the_estimate_is_ridge_regression_whatever_the_batches_and_the_order(cuts, seed):
    draw = np.random.default_rng(seed)
    context, reward = draw.normal(size=(40, 6)), draw.normal(size=40)
    order, state = draw.permutation(40), LinearState.empty(2.0, 6)
    for part in np.split(order, sorted(set(cuts))):
        state = update_linear_state(state, context[part], reward[part])
    precision = 2.0 * np.eye(6) + context.T @ context
    assert state.mean == pytest.approx(np.linalg.solve(precision, context.T @ reward), abs=1e-9)
    assert state.sd(context) == pytest.approx(
        np.sqrt(np.einsum("md,de,me->m", context, np.linalg.inv(precision), context)), abs=1e-9
    )
    assert state.answers == 40


def test_an_update_leaves_the_earlier_state_as_it_was():
    before = LinearState.empty(1.0, 3)
    update_linear_state(before, np.ones((2, 3)), np.ones(2))
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
        state = update_linear_state(state, row, paid)
    stacked = np.concatenate([context, np.eye(8)]), np.concatenate([reward, np.zeros(8)])
    expected, *_ = np.linalg.lstsq(*stacked, rcond=None)
    assert state.answers == 100_000
    assert state.mean == pytest.approx(expected, abs=1e-7)
    assert (state.precision == state.precision.T).all()
    assert np.linalg.eigvalsh(state.precision).min() > 1


def test_a_prior_worth_less_keeps_its_estimate_and_is_surer_of_nothing():
    draw = np.random.default_rng(0)
    context = draw.normal(size=(5_000, 4))
    state = update_linear_state(LinearState.empty(1.0, 4), context, context @ [1.0, -1.0, 0.5, 0.0])
    prior = state.worth(500, 1.0)
    assert prior.answers == 0 and prior.mean == pytest.approx(state.mean, abs=0.01)
    assert prior.sd(context[:9]) == pytest.approx(np.sqrt(10) * state.sd(context[:9]), rel=0.02)
    assert (state.worth(9_999, 1.0).precision == state.precision).all()


@pytest.mark.parametrize("name", LINEAR)
def test_linear_bandits_learn_which_resources_pay(name):
    """Only resources of one kind pay: after a few hundred outcomes the best estimates are of that kind."""
    course = random_course(1)
    seen, kind = on_the_way(course, learners=16), int(np.bincount(course.kind).argmax())
    learner = make_bandit(name, course, 0)
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
    seen, learner = on_the_way(course), make_bandit(name, course, 0)
    decision = learner.decide(seen)
    assert decision.context.shape == (*seen.mask.shape, CONTEXT_SIZE)
    assert (decision.context == learner.context(seen)).all() and (decision.context[..., -1] == 1).all()


def test_the_bound_is_mean_plus_alpha_deviations():
    course = random_course(1)
    seen, new = on_the_way(course), LinUCB(course, LinUCBSettings(alpha=0.7))
    bandit = new.of(
        update_linear_state(new.state, np.random.default_rng(0).normal(size=(30, CONTEXT_SIZE)), np.ones(30))
    )
    score, context = bandit.decide(seen).score, bandit.context(seen)
    inverse = np.linalg.inv(bandit.state.precision)
    for b in range(len(seen)):
        for k in np.flatnonzero(seen.mask[b]):
            x = context[b, k].astype(np.float64)
            expected = x @ inverse @ bandit.state.moment + 0.7 * np.sqrt(x @ inverse @ x)
            assert score[b, k] == pytest.approx(expected, abs=1e-4)
    assert (score[~seen.mask] == -np.inf).all()


def test_the_same_state_gives_the_same_choice_for_certain():
    course = random_course(1)
    seen = on_the_way(course)
    first, second = (LinUCB(course, seed=seed).decide(seen) for seed in (1, 2))
    assert (first.chosen == second.chosen).all()
    assert (first.propensity.max(axis=1) == 1).all() and (first.propensity.sum(axis=1) == 1).all()


def test_what_is_known_less_is_tried_first():
    """With no reward anywhere the bound is the spread alone: what was tried is left for what was not."""
    course = random_course(1)
    seen, bandit = much_to_choose(course), LinUCB(course)
    first = bandit.decide(seen)
    for _ in range(50):
        bandit = bandit.after(seen, first, np.zeros(1, dtype=np.float32))
    assert bandit.decide(seen).chosen[0] != first.chosen[0]


CHANCE = [name for name in BANDIT_NAMES if name != "linucb"]


def test_draws_have_the_posteriors_mean_and_covariance():
    draw = np.random.default_rng(0)
    state = update_linear_state(LinearState.empty(), draw.normal(size=(60, CONTEXT_SIZE)), draw.normal(size=60))
    drawn = Thompson(random_course(1), ThompsonSettings(scale=0.5, draws=20_000), state, seed=1)._draw_parameters(1)[0]
    covariance = 0.25 * np.linalg.inv(state.precision)
    assert drawn.mean(axis=1) == pytest.approx(state.mean, abs=5 * np.sqrt(covariance.max() / 20_000))
    assert np.cov(drawn) == pytest.approx(covariance, abs=0.05 * covariance.max())


def test_learners_of_a_batch_draw_for_themselves():
    course = random_course(1)
    assert len(set(Thompson(course, seed=0).decide(much_to_choose(course, 64)).chosen.tolist())) > 3


@pytest.mark.parametrize("name", CHANCE)
def test_over_many_decisions_choices_come_as_often_as_their_propensities_say(name):
    course = random_course(1)
    seen = much_to_choose(course, 4_000)
    learner = make_bandit(name, course, 0)
    for _ in range(3):
        few_rows = seen.take(np.arange(16))
        learner = learner.after(few_rows, learner.decide(few_rows), np.full(16, 0.2, dtype=np.float32))
    decision = learner.decide(seen)
    share = np.bincount(decision.chosen, minlength=seen.mask.shape[1]) / len(seen)
    assert share == pytest.approx(decision.propensity.mean(axis=0), abs=0.03)
    assert (share > 0.005).sum() > 1


@few
@given(any_course(), st.sampled_from(BANDIT_NAMES), st.integers(0, 99), st.data())
def test_what_it_takes_is_a_candidate_with_its_propensity(course, name, seed, data):
    rows = [data.draw(levels(course.points)) for _ in range(3)]
    seen = observe(course, rows, [0, course.points - 1])
    seen = seen.take(np.flatnonzero(seen.mask.any(axis=1)))
    if not len(seen):
        return
    decision, row = make_bandit(name, course, seed).decide(seen), np.arange(len(seen))
    assert seen.mask[row, decision.chosen].all()
    assert (decision.propensity[row, decision.chosen] > 0).all()
    assert decision.propensity.sum(axis=1) == pytest.approx(np.ones(len(seen)), abs=1e-5)
    assert (decision.propensity[~seen.mask] == 0).all()


@pytest.mark.parametrize("name", CHANCE)
def test_a_seed_repeats_its_decisions_and_another_does_not(name):
    course = random_course(1)
    seen = much_to_choose(course, 99)
    learner = make_bandit(name, course, 7)
    first, again, other = (learner.seeded(seed).decide(seen).chosen for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_certainty_ends_the_search():
    course = random_course(1)
    seen = on_the_way(course, learners=4)
    start = LinearState.empty()
    sure = replace(start, precision=1e12 * start.precision, moment=1e12 * np.linspace(0, 1, CONTEXT_SIZE))
    decision = Thompson(course, state=sure, seed=0).decide(seen)
    assert (decision.propensity.max(axis=1) == 1).all()
