"""A log of learners who choose for themselves: what was feasible, what was seen, and who may know what."""

from dataclasses import replace

import numpy as np
import pytest

from models.choosers import Taste
from models.course_log import Plan, ask, self_chosen
from models.ladder import Random, Scored
from models.rankers.measures import evaluate
from models.rankers.rung import Ranked
from tests.models.courses import random_course
from tests.models.rankers.test_rung import Follows

COURSE = random_course(2, points=24)
PLAN = Plan(cohorts=4, size=12, days=6, since=0.7, longest=25, fewest=4, most_points=24)


@pytest.fixture(scope="module")
def moments():
    return self_chosen(COURSE, PLAN, seed=1)


def test_what_was_done_was_feasible_and_the_observation_offers_the_same(moments):
    trial, seen = moments.trial, moments.observations
    rows = np.arange(len(trial))
    assert len(trial) > 50
    assert trial.feasible[rows, trial.target].all()
    assert np.array_equal(seen.candidates[rows, moments.chosen], trial.target)
    for row in rows:
        assert set(seen.candidates[row][seen.mask[row]]) == set(np.flatnonzero(trial.feasible[row]))


def test_no_prerequisite_was_skipped(moments):
    trial, seen = moments.trial, moments.observations
    for row, item in enumerate(trial.target):
        taught = COURSE.taught[item][COURSE.importance[item] > 0]
        before = COURSE.prerequisites[np.isin(COURSE.prerequisites[:, 1], taught), 0]
        assert (seen.level[row, before] >= COURSE.met[before]).all()


def test_training_is_over_before_anybody_is_asked(moments):
    trial = moments.trial
    assert (np.diff(trial.log.at) >= 0).all()
    assert trial.training.at.max() < trial.log.at[trial.event].min()
    assert trial.event.tolist() == list(range(len(trial.training), len(trial.log)))


def test_what_recommenders_see_as_history_is_what_the_log_tells(moments):
    trial = moments.trial
    told = trial.log.histories(trial.learner, trial.event)
    assert np.array_equal(told.item, moments.observations.history.item)
    assert np.array_equal(told.outcome, moments.observations.history.outcome, equal_nan=True)
    assert told.days == pytest.approx(moments.observations.history.days, abs=1e-3)


def test_the_same_seed_gives_the_same_log_and_another_another(moments):
    again, other = self_chosen(COURSE, PLAN, seed=1), self_chosen(COURSE, PLAN, seed=2)
    assert np.array_equal(again.trial.log.item, moments.trial.log.item)
    assert np.array_equal(again.observations.level, moments.observations.level)
    assert not np.array_equal(other.trial.log.item[:50], moments.trial.log.item[:50])


def test_asking_about_some_moments_keeps_them_together(moments):
    some = self_chosen(COURSE, replace(PLAN, most=20), seed=1)
    assert len(some.trial) == len(some.observations) == len(some.chosen) == 20
    places = np.searchsorted(moments.trial.event, some.trial.event)
    assert np.array_equal(some.observations.level, moments.observations.level[places])
    assert np.array_equal(some.chosen, moments.chosen[places])


def test_a_ranker_scores_alike_asked_alone_and_as_a_rung(moments):
    ranker = Follows(COURSE.resource_ids)
    alone, rung = evaluate(ranker, moments.trial), ask(Ranked(COURSE, ranker, "follows"), moments)
    some = moments.observations.history.there.any(axis=1)
    assert np.array_equal(alone.rank[some], rung.rank[some])
    assert np.array_equal(alone.lists[some], rung.lists[some])
    assert alone.novelty == pytest.approx(rung.novelty)


def test_who_knows_the_choice_ranks_it_first_and_chance_does_not(moments):
    chosen = moments.trial.target

    def told(seen):
        rows = [np.flatnonzero((moments.observations.level == level).all(axis=1))[0] for level in seen.level]
        return (seen.candidates == chosen[rows][:, None]).astype(np.float32)

    knowing = ask(Scored("knowing", told), moments)
    assert knowing.figures()["ndcg10"] > 0.98
    feasible = moments.trial.feasible.sum(axis=1)
    assert ask(Random(COURSE), moments).rank.mean() == pytest.approx(((feasible + 1) / 2).mean(), rel=0.1)


def test_taste_shows_in_the_log():
    plain = Taste(kind=0, modality=0, length=0, topic=0, popular=0, order=0, again=0)
    spread = []
    for taste in (plain, replace(plain, kind=3.0)):
        log = self_chosen(COURSE, PLAN, taste, seed=1).trial.log
        kinds = np.zeros((len(log.learners), 5))
        np.add.at(kinds, (log.learner, COURSE.kind[log.item]), 1)
        kinds = kinds[kinds.sum(axis=1) >= 10]
        spread.append((kinds / kinds.sum(axis=1, keepdims=True)).std(axis=0).mean())
    assert spread[1] > 1.3 * spread[0]
