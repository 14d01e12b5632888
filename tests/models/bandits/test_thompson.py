"""Thompson sampling: draws from the posterior, propensities that its choices bear out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bandits.linear import SIZE, LinearState, updated
from models.bandits.registry import BANDITS, bandit
from models.bandits.thompson import Settings, Thompson
from tests.models.bandits.choices import much_to_choose
from tests.models.courses import any_course, few, levels, observe, on_the_way, random_course

CHANCE = [name for name in BANDITS if name != "linucb"]


def test_draws_have_the_posteriors_mean_and_covariance():
    draw = np.random.default_rng(0)
    state = updated(LinearState.empty(), draw.normal(size=(60, SIZE)), draw.normal(size=60))
    drawn = Thompson(random_course(1), Settings(scale=0.5, draws=20_000), state, seed=1)._drawn(1)[0]
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
    learner = bandit(name, course, 0)
    for _ in range(3):
        few_rows = seen.take(np.arange(16))
        learner = learner.after(few_rows, learner.decide(few_rows), np.full(16, 0.2, dtype=np.float32))
    decision = learner.decide(seen)
    share = np.bincount(decision.chosen, minlength=seen.mask.shape[1]) / len(seen)
    assert share == pytest.approx(decision.propensity.mean(axis=0), abs=0.03)
    assert (share > 0.005).sum() > 1


@few
@given(any_course(), st.sampled_from(BANDITS), st.integers(0, 99), st.data())
def test_what_it_takes_is_a_candidate_with_its_propensity(course, name, seed, data):
    rows = [data.draw(levels(course.points)) for _ in range(3)]
    seen = observe(course, rows, [0, course.points - 1])
    seen = seen.take(np.flatnonzero(seen.mask.any(axis=1)))
    if not len(seen):
        return
    decision, row = bandit(name, course, seed).decide(seen), np.arange(len(seen))
    assert seen.mask[row, decision.chosen].all()
    assert (decision.propensity[row, decision.chosen] > 0).all()
    assert decision.propensity.sum(axis=1) == pytest.approx(np.ones(len(seen)), abs=1e-5)
    assert (decision.propensity[~seen.mask] == 0).all()


@pytest.mark.parametrize("name", CHANCE)
def test_a_seed_repeats_its_decisions_and_another_does_not(name):
    course = random_course(1)
    seen = much_to_choose(course, 99)
    learner = bandit(name, course, 7)
    first, again, other = (learner.seeded(seed).decide(seen).chosen for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_certainty_ends_the_search():
    course = random_course(1)
    seen = on_the_way(course, learners=4)
    start = LinearState.empty()
    sure = replace(start, precision=1e12 * start.precision, moment=1e12 * np.linspace(0, 1, SIZE))
    decision = Thompson(course, state=sure, seed=0).decide(seen)
    assert (decision.propensity.max(axis=1) == 1).all()
