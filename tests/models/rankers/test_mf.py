"""Newton's steps against a general optimiser and a plain loop.

Outcomes: what is predicted comes true as often as told, for learners that the log does not hold as well.
"""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers.evaluation import evaluate_ranker, split_by_time
from models.rankers.interactions import InteractionLog
from models.rankers.mf import (
    MF,
    MFSettings,
    OutcomeCells,
    _sum_outer_products,
    factorise_outcomes,
    fit_logistic,
    replace_bias,
)
from tests.models.rankers.planted import ITEMS, planted, seen

SMALL = MFSettings(factors=4, regularization=2.0)


def with_outcomes(log: InteractionLog, outcome) -> InteractionLog:
    return InteractionLog(log.learners, log.items, log.learner, log.item, log.days, outcome.astype(np.float32))


@pytest.fixture(scope="module")
def trial():
    return split_by_time(planted(learners=300, events=15), 0.2)


def log_loss(chance, came):
    return float(-np.log(np.where(came > 0.5, chance, 1 - chance)).mean())


def told(ranker, trial):
    batch = next(trial.batches(len(trial)))
    return ranker.predict_outcome(batch.history, trial.target[:, None])[:, 0]


def test_outcomes_are_predicted_better_than_by_their_mean_and_calibrated(trial):
    ranker = MF.fit(trial.training, settings=SMALL)
    mean = np.full(len(trial), trial.training.outcome.mean())
    assert log_loss(told(ranker, trial), trial.outcome) < 0.9 * log_loss(mean, trial.outcome)
    assert evaluate_ranker(ranker, trial, timed=1).calibration < 0.06


def test_calibration_undoes_overconfidence(trial):
    loose = MF.fit(trial.training, settings=MFSettings(factors=16, regularization=0.3))
    raw = 1 / (1 + np.exp(-loose.score(next(trial.batches(len(trial))).history, trial.target[:, None])[:, 0]))
    assert loose.platt[0] < 0.8
    assert log_loss(told(loose, trial), trial.outcome) < log_loss(raw, trial.outcome)


def test_taste_comes_from_outcomes_of_the_history():
    ranker = MF.fit(planted(learners=400, events=15), settings=SMALL)
    history = seen([0, 4, 8, 2, 6, 10], [0, 4, 8, 2, 6, 10])
    history.outcome[:] = [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    chance = ranker.predict_outcome(history, np.array([[12, 16, 14, 18]] * 2))
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
    assert np.isnan(silent).all() and np.isnan(ranker.predict_outcome(seen([NO_INDEX]), np.array([[0]]))).all()
    assert np.isfinite(ranker.score(seen([0, 5], outcome=0.5))[:, :ITEMS]).all(), "outcomes between are outcomes"


def test_outcomes_that_are_all_alike_do_not_break_the_fit():
    log = planted()
    ranker = MF.fit(with_outcomes(log, np.ones(len(log))), settings=SMALL)
    chance = ranker.predict_outcome(seen([0, 5]), np.arange(ITEMS)[None])
    assert (chance > 0.9).all() and (chance <= 1).all()


RIDGE = np.array([2.0, 1.0], dtype=np.float32)


def test_the_regression_is_the_minimum():
    random = np.random.default_rng(0)
    features, offset = random.normal(0, 1, (3, 8, 2)).astype(np.float32), random.normal(0, 1, (3, 8))
    outcome, there = random.random((3, 8)), random.random((3, 8)) < 0.7
    features[~there] = 0
    found = fit_logistic(features, offset, outcome, there, RIDGE)
    for row in range(3):

        def loss(x, row=row):
            z = (offset[row] + features[row] @ x)[there[row]]
            return np.sum(np.logaddexp(0, z) - outcome[row][there[row]] * z) + 0.5 * (RIDGE * x * x).sum()

        assert found[row] == pytest.approx(minimize(loss, np.zeros(2)).x, abs=1e-3)


def test_nothing_known_gives_nothing():
    nothing = np.zeros((1, 3), dtype=np.float32)
    assert fit_logistic(np.zeros((1, 3, 2), np.float32), nothing, nothing, nothing > 0, RIDGE).tolist() == [[0, 0]]


def test_squares_are_sums_of_outer_products():
    random = np.random.default_rng(0)
    weight, features = random.random((4, 6)) * (random.random((4, 6)) < 0.5), random.normal(0, 1, (6, 3))
    plain = np.einsum("nm,md,me->nde", weight, features, features)
    assert _sum_outer_products(sparse.csr_matrix(weight), features) == pytest.approx(plain, abs=1e-5)


def test_a_factorisation_finds_a_planted_one():
    """Outcomes of a matrix of rank one with biases, most cells known twice; the loss never rises."""
    random = np.random.default_rng(1)
    row, column = np.nonzero(random.random((60, 40)) < 0.7)
    truth = random.normal(0, 1.5, 60)[:, None] * random.normal(0, 1.5, 40) + random.normal(0, 1, 40)
    outcome = (random.random(len(row)) < 1 / (1 + np.exp(-truth[row, column]))).astype(np.float32)
    ridge = np.array([1.0, 1.0, 1.0], dtype=np.float32)
    found = [factorise_outcomes(OutcomeCells(row, column, outcome), (60, 40), ridge, steps, 0) for steps in (2, 5, 20)]

    def logit(at):
        return at.overall + replace_bias(at.rows) @ replace_bias(at.columns).T - 1 + at.rows[:, -1:] + at.columns[:, -1]

    def loss(at):
        z = logit(at)[row, column]
        penalty = 0.5 * ridge[0] * ((at.rows**2).sum() + (at.columns**2).sum())
        return np.sum(np.logaddexp(0, z) - outcome * z) + penalty

    assert loss(found[0]) > loss(found[1]) > loss(found[2])
    assert np.corrcoef(logit(found[2]).ravel(), truth.ravel())[0, 1] > 0.8
