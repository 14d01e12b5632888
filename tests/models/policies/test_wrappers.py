"""Exploration by uncertainty: honest propensities, never outside the candidates, nothing where all is known.

A ranker on a course: positions, what it does not know, and who gets no opinion.

A cascade against asking each learner's rungs one by one.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.course import Course
from models.policies.rule_based import (
    ScoreStrategy,
    make_curriculum_order,
    make_greedy_expected_gain,
    make_needed_first,
)
from models.policies.wrappers import Explorer, FallbackStrategy, RankerStrategy
from models.rankers.base import Ranker
from models.rankers.interactions import Catalogue, InteractionHistory
from models.recommender import decide_by_score
from tests.models.courses import any_course, few, levels, little_course, observe, on_the_way, random_course


class Follows(Ranker):
    """Scores 10 × (the latest item's position) + its own; NaN for who did nothing, and for `unknown` items."""

    name = "follows"

    def __init__(self, items, unknown=()):
        self.items, self.unknown = tuple(items), tuple(unknown)

    @classmethod
    def fit(cls, log, catalogue=None, settings=None, seed=0):
        return cls(log.items)

    def score(self, history, candidates=None):
        if candidates is None:
            candidates = np.tile(np.arange(len(self.items)), (len(history), 1))
        latest = np.where(history.item[:, -1:] >= 0, history.item[:, -1:], np.nan)
        score = 10 * latest + candidates
        score[np.isin(candidates, self.unknown)] = np.nan
        return score.astype(np.float32)

    def parameters(self):
        return {}

    @classmethod
    def from_parameters(cls, items, parameters):
        return cls(items)

    def extend(self, catalogue):
        return Follows((*self.items, *(item for item in catalogue.items if item not in self.items)))


ITEMS = ("elsewhere", "r4", "r3", "r1", "r0")
"""The ranker's items: another one in front, the course's in other positions, r2 missing."""


def history(*items: int) -> InteractionHistory:
    row = np.array([items])
    return InteractionHistory(row, np.zeros(row.shape, dtype=np.float32), np.ones(row.shape, dtype=np.float32))


def seen(course: Course, *items: int):
    """A learner whose candidates are r1, r3, r4, who did `items`."""
    return replace(observe(course, [[0.8, 0.1, 0, 0]], [2, 3]), history=history(*items))


def test_scores_are_the_rankers_in_its_own_positions():
    rung = RankerStrategy(little_course(), Follows(ITEMS), "follows", "9")
    assert rung.place.tolist() == [4, 3, -1, 2, 1]
    assert rung.score(seen(rung.course, -1, 4, 3)).tolist() == [[23, 22, 21]]
    decision = rung.decide(seen(rung.course, -1, 4, 3))
    assert (decision.chosen.tolist(), decision.silent.tolist()) == ([0], [False])


def test_what_was_done_elsewhere_is_no_gap_in_the_history():
    rung = RankerStrategy(little_course(), Follows(ITEMS), "follows")
    assert rung.score(seen(rung.course, 4, 3, 2)).tolist() == [[23, 22, 21]]


def test_no_opinion_on_what_the_ranker_does_not_know():
    rung = RankerStrategy(little_course(), Follows(ITEMS, unknown=(3, 1)), "follows")
    decision = rung.decide(seen(rung.course, 3))
    assert decision.score.tolist() == [[-np.inf, 22, -np.inf]]
    assert (decision.chosen.tolist(), decision.silent.tolist()) == ([1], [False])


def test_silent_about_who_did_nothing_or_is_not_known():
    rung = RankerStrategy(little_course(), Follows(ITEMS), "follows")
    for nothing in (replace(seen(rung.course, 3), history=None), seen(rung.course, -1, -1), seen(rung.course, 2)):
        decision = rung.decide(nothing)
        assert (decision.chosen.tolist(), decision.silent.tolist()) == ([0], [True])


def test_a_silent_choice_is_still_a_candidate():
    rung = RankerStrategy(little_course(), Follows(ITEMS), "follows")
    pruned = seen(rung.course, -1).keep(np.array([[False, False, True]]))
    assert rung.decide(pruned).chosen.tolist() == [2]


def test_a_catalogue_tells_of_more_items():
    course = little_course()
    catalogue = Catalogue(tuple(course.resource_ids), ("",) * 5, (frozenset(),) * 5)
    assert RankerStrategy(course, Follows(ITEMS), "follows").place[2] == -1
    assert RankerStrategy(course, Follows(ITEMS), "follows", catalogue=catalogue).place[2] == 5


COURSE = random_course(3)


def says_nothing_of(rows, value=1.0):
    """A rung without an opinion on the learners in `rows` of `on_the_way`."""

    def score(seen):
        table = np.full(seen.mask.shape, value, dtype=np.float32) + np.arange(seen.mask.shape[1])
        table[np.isin(seen.steps, rows)] = np.nan
        return table

    return ScoreStrategy("picky", score, "7")


@pytest.fixture
def cascade_seen():
    """Eight learners told apart by `steps`."""
    return replace(on_the_way(COURSE), steps=np.arange(8, dtype=np.float32))


def test_each_learner_is_decided_by_the_first_rung_with_an_opinion(cascade_seen):
    first, second, last = says_nothing_of([1, 2, 5]), says_nothing_of([0, 2, 5], -9), make_greedy_expected_gain(COURSE)
    decision = FallbackStrategy([first, second, last]).decide(cascade_seen)
    for learner in range(8):
        rung = last if learner in (2, 5) else second if learner == 1 else first
        alone = rung.decide(cascade_seen.of(learner))
        assert decision.chosen[learner] == alone.chosen[0]
        assert np.array_equal(decision.score[learner], alone.score[0])
        assert np.array_equal(decision.propensity[learner], alone.propensity[0])
    assert not decision.silent.any()


def test_it_is_silent_where_all_are(cascade_seen):
    decision = FallbackStrategy([says_nothing_of([1, 2]), says_nothing_of([2, 3])]).decide(cascade_seen)
    assert np.flatnonzero(decision.silent).tolist() == [2]
    assert cascade_seen.mask[2, decision.chosen[2]]


def test_it_goes_by_the_first_name():
    cascade = FallbackStrategy([says_nothing_of([]), make_curriculum_order(COURSE)])
    assert (cascade.name, cascade.version) == ("picky", "7")


def test_q_values_of_a_fallback_without_any_are_unknown(cascade_seen):
    class Quoted:
        name, version = "quoted", "1"

        def decide(self, observation):
            decision = says_nothing_of([4]).decide(observation)
            return replace(decision, q=decision.score)

    decision = FallbackStrategy([Quoted(), make_curriculum_order(COURSE)]).decide(cascade_seen)
    assert np.isnan(decision.q[4]).all()
    assert np.array_equal(decision.q[3], decision.score[3])


def test_a_rung_that_always_has_an_opinion_is_the_only_one_asked(cascade_seen):
    class Untouched:
        name, version = "untouched", "1"

        def decide(self, observation):
            raise AssertionError("was asked")

    decision = FallbackStrategy([make_greedy_expected_gain(COURSE), Untouched()]).decide(cascade_seen)
    assert np.array_equal(decision.chosen, decide_by_score(decision.score, cascade_seen.mask).chosen)


@few
@given(any_course(), st.floats(0, 1), st.integers(0, 99), st.data())
def test_what_it_takes_is_a_candidate_with_its_propensity(course, share, seed, data):
    seen = observe(course, [data.draw(levels(course.points))], [0, course.points - 1])
    if not seen.mask.any():
        return
    seen = replace(seen, sd=np.full_like(seen.level, 0.3))
    decision = Explorer(make_needed_first(course), share, seed).decide(seen)
    chosen = decision.chosen[0]
    assert seen.mask[0, chosen] and decision.kept[0, chosen] and decision.propensity[0, chosen] > 0
    assert decision.propensity.sum() == pytest.approx(1, abs=1e-5)
    assert (decision.propensity[~seen.mask] == 0).all()


def test_sure_estimates_leave_the_usual_choice():
    seen = on_the_way(random_course(1), learners=1)
    inner = make_needed_first(random_course(1))
    sure = replace(seen, sd=np.zeros_like(seen.level))
    decision = Explorer(inner, 1.0, 0).decide(sure)
    assert decision.propensity[0, inner.decide(seen).chosen[0]] == pytest.approx(1)
    assert Explorer(inner, 1.0, 0).decide(seen).propensity.max() == 1


def test_over_many_decisions_choices_come_as_often_as_their_propensities_say():
    course = random_course(1)
    many = on_the_way(course, learners=16)
    row = int(many.mask.sum(axis=1).argmax())
    seen = many.of(row)
    seen = replace(seen, sd=np.full_like(seen.level, 0.4))
    explorer = Explorer(make_needed_first(course), 0.5, 0)
    decisions = [explorer.decide(seen) for _ in range(600)]
    share = np.bincount([one.chosen[0] for one in decisions], minlength=seen.mask.shape[1]) / 600
    told = np.mean([one.propensity[0] for one in decisions], axis=0)
    assert share == pytest.approx(told, abs=0.06)
    assert (told > 0.02).sum() > 1
