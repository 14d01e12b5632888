"""Outcomes: what is predicted comes true as often as told, for learners that the log does not hold as well."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.rankers.factorisation import MF, Settings
from models.rankers.log import NOTHING, InteractionLog
from models.rankers.measures import evaluate
from models.rankers.trial import cut_in_time
from tests.models.rankers.planted import ITEMS, planted, seen

SMALL = Settings(factors=4, regularization=2.0)


def with_outcomes(log: InteractionLog, outcome) -> InteractionLog:
    return InteractionLog(log.learners, log.items, log.learner, log.item, log.at, outcome.astype(np.float32))


@pytest.fixture(scope="module")
def trial():
    return cut_in_time(planted(learners=300, events=15), 0.2)


def log_loss(chance, came):
    return float(-np.log(np.where(came > 0.5, chance, 1 - chance)).mean())


def told(ranker, trial):
    batch = next(trial.batches(len(trial)))
    return ranker.chance(batch.history, trial.target[:, None])[:, 0]


def test_outcomes_are_predicted_better_than_by_their_mean_and_calibrated(trial):
    ranker = MF.fit(trial.training, settings=SMALL)
    mean = np.full(len(trial), trial.training.outcome.mean())
    assert log_loss(told(ranker, trial), trial.outcome) < 0.9 * log_loss(mean, trial.outcome)
    assert evaluate(ranker, trial, timed=1).calibration < 0.06


def test_calibration_undoes_overconfidence(trial):
    loose = MF.fit(trial.training, settings=Settings(factors=16, regularization=0.3))
    raw = 1 / (1 + np.exp(-loose.score(next(trial.batches(len(trial))).history, trial.target[:, None])[:, 0]))
    assert loose.platt[0] < 0.8
    assert log_loss(told(loose, trial), trial.outcome) < log_loss(raw, trial.outcome)


def test_taste_comes_from_outcomes_of_the_history():
    ranker = MF.fit(planted(learners=400, events=15), settings=SMALL)
    history = seen([0, 4, 8, 2, 6, 10], [0, 4, 8, 2, 6, 10])
    history.outcome[:] = [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    chance = ranker.chance(history, np.array([[12, 16, 14, 18]] * 2))
    assert (chance[0, :2] > 0.5).all() and (chance[0, 2:] < 0.5).all()
    assert (chance[1, :2] < 0.5).all() and (chance[1, 2:] > 0.5).all()


def test_events_without_an_outcome_are_left_out():
    log = planted()
    known = np.random.default_rng(0).random(len(log)) < 0.8
    partly = MF.fit(with_outcomes(log, np.where(known, log.outcome, np.nan)), settings=SMALL)
    rest = MF.fit(log.take(known), settings=SMALL)
    assert np.array_equal(partly.score(seen([0, 5])), rest.score(seen([0, 5])), equal_nan=True)
    with pytest.raises(Invalid, match="no outcomes"):
        MF.fit(with_outcomes(log, np.full(len(log), np.nan)))


def test_a_history_without_outcomes_says_nothing():
    ranker = MF.fit(planted(), settings=SMALL)
    silent = ranker.score(seen([0, 5], outcome=np.nan))
    assert np.isnan(silent).all() and np.isnan(ranker.chance(seen([NOTHING]), np.array([[0]]))).all()
    assert np.isfinite(ranker.score(seen([0, 5], outcome=0.5))[:, :ITEMS]).all(), "outcomes between are outcomes"


def test_outcomes_that_are_all_alike_do_not_break_the_fit():
    log = planted()
    ranker = MF.fit(with_outcomes(log, np.ones(len(log))), settings=SMALL)
    chance = ranker.chance(seen([0, 5]), np.arange(ITEMS)[None])
    assert (chance > 0.9).all() and (chance <= 1).all()
