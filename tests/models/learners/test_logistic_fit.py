"""The fit against conditions that only the optimum meets, and the choice of a prior."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit

from models.learners.logistic_fit import LOOSE, fit_weights, fit_with_prior, whitening


def drawn(seed, answers, true):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(answers, len(true))) * np.geomspace(0.5, 5, len(true))
    return sparse.csr_matrix(design), rng.random(answers) < expit(design @ true)


def test_slope_is_zero_at_the_fit():
    design, right = drawn(0, 500, np.array([2.0, -0.5, 0.1]))
    strength = np.array([0.1, 1.0, 5.0])
    weights = fit_weights(design, right, strength, np.zeros(3))
    slope = design.T @ (expit(design @ weights) - right) + strength * weights
    assert np.abs(slope).max() < 0.5
    assert fit_weights(design, right, strength, np.full(3, 2.0)) == pytest.approx(weights, abs=0.01)


def test_weights_are_recovered():
    true = np.array([2.0, -0.5, 0.1])
    design, right = drawn(1, 20_000, true)
    assert fit_weights(design, right, np.full(3, LOOSE), np.zeros(3)) == pytest.approx(true, abs=0.12)


def test_held_out_answers_choose_the_prior():
    """200 weights that tell nothing are held at 0; as many that tell much are not."""
    rng = np.random.default_rng(2)
    group, strengths = rng.integers(200, size=4000), (0.1, 100.0)
    design, kept = sparse.csr_matrix((np.ones(4000), (np.arange(4000), group))), np.arange(4000) < 3000
    none = np.zeros(200, dtype=bool)
    noise = fit_with_prior(design, rng.random(4000) < 0.5, kept, none, strengths)
    signal = fit_with_prior(design, rng.random(4000) < expit(rng.normal(size=200) * 3)[group], kept, none, strengths)
    assert np.abs(noise).max() < 0.1
    assert np.abs(signal).max() > 1


def test_separable_answers_have_a_finite_fit():
    design, right = sparse.csr_matrix(np.ones((50, 1))), np.ones(50, dtype=bool)
    weights = fit_with_prior(design, right, right, right[:1], (1.0,))
    assert 2 < weights[0] < 20


def test_whitened_features_have_nothing_in_common():
    rng = np.random.default_rng(0)
    features = np.concatenate(
        [np.ones((500, 1)), rng.normal(3, 2, (500, 2)) @ [[1, 5], [0.1, 5]], np.zeros((500, 1))], 1
    )
    white = features @ whitening(features)
    assert white.T @ white / 500 == pytest.approx(np.diag([1, 1, 1, 0]), abs=1e-3)
    assert white[:, 0] == pytest.approx(1, abs=1e-3)
    assert np.isfinite(whitening(np.ones((0, 2)))).all()
