"""Newton's steps against a general optimiser and a plain loop."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

from models.rankers.newton import Cells, _squares, factorise, newton, with_one

RIDGE = np.array([2.0, 1.0], dtype=np.float32)


def test_the_regression_is_the_minimum():
    random = np.random.default_rng(0)
    features, offset = random.normal(0, 1, (3, 8, 2)).astype(np.float32), random.normal(0, 1, (3, 8))
    outcome, there = random.random((3, 8)), random.random((3, 8)) < 0.7
    features[~there] = 0
    found = newton(features, offset, outcome, there, RIDGE)
    for row in range(3):

        def loss(x, row=row):
            z = (offset[row] + features[row] @ x)[there[row]]
            return np.sum(np.logaddexp(0, z) - outcome[row][there[row]] * z) + 0.5 * (RIDGE * x * x).sum()

        assert found[row] == pytest.approx(minimize(loss, np.zeros(2)).x, abs=1e-3)


def test_nothing_known_gives_nothing():
    nothing = np.zeros((1, 3), dtype=np.float32)
    assert newton(np.zeros((1, 3, 2), np.float32), nothing, nothing, nothing > 0, RIDGE).tolist() == [[0, 0]]


def test_squares_are_sums_of_outer_products():
    random = np.random.default_rng(0)
    weight, features = random.random((4, 6)) * (random.random((4, 6)) < 0.5), random.normal(0, 1, (6, 3))
    plain = np.einsum("nm,md,me->nde", weight, features, features)
    assert _squares(sparse.csr_matrix(weight), features) == pytest.approx(plain, abs=1e-5)


def test_a_factorisation_finds_a_planted_one():
    """Outcomes of a matrix of rank one with biases, most cells known twice; the loss never rises."""
    random = np.random.default_rng(1)
    row, column = np.nonzero(random.random((60, 40)) < 0.7)
    truth = random.normal(0, 1.5, 60)[:, None] * random.normal(0, 1.5, 40) + random.normal(0, 1, 40)
    outcome = (random.random(len(row)) < 1 / (1 + np.exp(-truth[row, column]))).astype(np.float32)
    ridge = np.array([1.0, 1.0, 1.0], dtype=np.float32)
    found = [factorise(Cells(row, column, outcome), (60, 40), ridge, steps, 0) for steps in (2, 5, 20)]

    def logit(at):
        return at.overall + with_one(at.rows) @ with_one(at.columns).T - 1 + at.rows[:, -1:] + at.columns[:, -1]

    def loss(at):
        z = logit(at)[row, column]
        penalty = 0.5 * ridge[0] * ((at.rows**2).sum() + (at.columns**2).sum())
        return np.sum(np.logaddexp(0, z) - outcome * z) + penalty

    assert loss(found[0]) > loss(found[1]) > loss(found[2])
    assert np.corrcoef(logit(found[2]).ravel(), truth.ravel())[0, 1] > 0.8
