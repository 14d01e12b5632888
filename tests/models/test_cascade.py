"""A cascade against asking each learner's rungs one by one."""

from dataclasses import replace

import numpy as np
import pytest

from models.cascade import Cascade
from models.ladder import Scored, curriculum_order, greedy_expected_gain
from models.recommender import by_score
from tests.models.courses import on_the_way, random_course

COURSE = random_course(3)


def says_nothing_of(rows, value=1.0):
    """A rung without an opinion on the learners in `rows` of `on_the_way`."""

    def score(seen):
        table = np.full(seen.mask.shape, value, dtype=np.float32) + np.arange(seen.mask.shape[1])
        table[np.isin(seen.steps, rows)] = np.nan
        return table

    return Scored("picky", score, "7")


@pytest.fixture
def seen():
    """Eight learners told apart by `steps`."""
    return replace(on_the_way(COURSE), steps=np.arange(8, dtype=np.float32))


def test_each_learner_is_decided_by_the_first_rung_with_an_opinion(seen):
    first, second, last = says_nothing_of([1, 2, 5]), says_nothing_of([0, 2, 5], -9), greedy_expected_gain(COURSE)
    decision = Cascade([first, second, last]).decide(seen)
    for learner in range(8):
        rung = last if learner in (2, 5) else second if learner == 1 else first
        alone = rung.decide(seen.of(learner))
        assert decision.chosen[learner] == alone.chosen[0]
        assert np.array_equal(decision.score[learner], alone.score[0])
        assert np.array_equal(decision.propensity[learner], alone.propensity[0])
    assert not decision.silent.any()


def test_it_is_silent_where_all_are(seen):
    decision = Cascade([says_nothing_of([1, 2]), says_nothing_of([2, 3])]).decide(seen)
    assert np.flatnonzero(decision.silent).tolist() == [2]
    assert seen.mask[2, decision.chosen[2]]


def test_it_goes_by_the_first_name():
    cascade = Cascade([says_nothing_of([]), curriculum_order(COURSE)])
    assert (cascade.name, cascade.version) == ("picky", "7")


def test_q_values_of_a_fallback_without_any_are_unknown(seen):
    class Quoted:
        name, version = "quoted", "1"

        def decide(self, observation):
            decision = says_nothing_of([4]).decide(observation)
            return replace(decision, q=decision.score)

    decision = Cascade([Quoted(), curriculum_order(COURSE)]).decide(seen)
    assert np.isnan(decision.q[4]).all()
    assert np.array_equal(decision.q[3], decision.score[3])


def test_a_rung_that_always_has_an_opinion_is_the_only_one_asked(seen):
    class Untouched:
        name, version = "untouched", "1"

        def decide(self, observation):
            raise AssertionError("was asked")

    decision = Cascade([greedy_expected_gain(COURSE), Untouched()]).decide(seen)
    assert np.array_equal(decision.chosen, by_score(decision.score, seen.mask).chosen)
