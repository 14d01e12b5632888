"""Item response models: the curve and a posterior by hand, recovery of what answers were made of, nasty logs."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from models.learners.irt import ItemBank, ItemSettings, Responses, abilities, count, curve, fit_items


def answers(a, b, c, learners=1500, seen=0.6, seed=0):
    """Simulated: who saw what is random, so the data are sparse and unbalanced."""
    draw = np.random.default_rng(seed)
    theta = draw.normal(size=learners)
    learner, item = np.nonzero(draw.random((learners, len(a))) < seen)
    right = draw.random(len(learner)) < curve(a[item], b[item], c[item], theta[learner])
    return theta, count(learner, item, right, (learners, len(a)))


def items(number=30, seed=1):
    draw = np.random.default_rng(seed)
    return np.exp(draw.normal(0.2, 0.3, number)), draw.normal(0, 1, number), draw.uniform(0.1, 0.3, number)


def bank(a, b, c):
    zero = np.zeros(len(a))
    return ItemBank(np.asarray(a), np.asarray(b), np.asarray(c), zero, zero, zero)


def test_the_curve_by_hand():
    # 0.2 + 0.8 σ(2 (1 − 0.5)) = 0.2 + 0.8 · 0.731059
    assert curve(2.0, 0.5, 0.2, 1.0) == pytest.approx(0.784847)
    assert curve(2.0, 0.5, 0.2, 0.5) == pytest.approx(0.6)


@pytest.mark.parametrize("kind", ["1pl", "2pl", "3pl"])
def test_items_and_abilities_are_recovered_and_the_errors_say_how_well(kind):
    a, b, c = items()
    a = np.full_like(a, 1.3) if kind == "1pl" else a
    c = c if kind == "3pl" else np.zeros_like(c)
    theta, responses = answers(a, b, c)
    found = fit_items(responses, kind).bank
    for name, true in (("discrimination", a), ("difficulty", b)):
        value, error = getattr(found, name), getattr(found, f"{name}_se")
        assert np.mean(np.abs(value - true) < 2 * error) > 0.85
        assert np.sqrt(np.mean((value - true) ** 2)) < 2.2 * error.mean() + 0.01
    mean, spread = abilities(found, responses)
    assert np.sqrt(np.mean((mean - theta) ** 2)) == pytest.approx(spread.mean(), abs=0.05)
    assert np.corrcoef(mean, theta)[0, 1] > 0.8
    if kind == "3pl":
        assert np.abs(found.guessing - c).mean() < 0.08
    else:
        assert (found.guessing == 0).all()


def test_one_item_against_a_general_optimiser():
    """The marginal posterior of two items, maximised without EM and without any of the code's derivatives."""
    draw = np.random.default_rng(3)
    theta = draw.normal(size=400)
    learner = np.repeat(np.arange(400), 2)
    item = np.tile([0, 1], 400)
    right = draw.random(800) < curve(np.array([1.5, 0.8])[item], np.array([-0.5, 1.0])[item], 0, theta[learner])
    settings = ItemSettings(tolerance=1e-7, rounds=2000)
    found = fit_items(count(learner, item, right, (400, 2)), "2pl", settings).bank
    node, prior = settings.grid()

    def loss(x):
        z = np.exp(x[:2, None]) * (node - x[2:, None])
        chance = expit(np.where(right.reshape(400, 2, 1), z, -z))
        parts = ((x[:2], 0.5), (x[2:], 2))
        pull = sum((((part - part.sum() / 3) / sd) ** 2).sum() + (part.sum() / 3 / sd) ** 2 for part, sd in parts)
        return 0.5 * pull - logsumexp(prior + np.log(chance).sum(axis=1), axis=1).sum()

    best = minimize(loss, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 4000}).x
    assert found.discrimination == pytest.approx(np.exp(best[:2]), rel=2e-3)
    assert found.difficulty == pytest.approx(best[2:], abs=3e-3)


def test_each_round_makes_the_answers_more_likely():
    _, responses = answers(*items())
    history = fit_items(responses, "1pl").log_likelihood
    assert len(history) > 3
    assert (np.diff(history[:10]) > 0).all()


def test_abilities_by_hand_and_without_answers():
    test = bank([1.0, 1.0], [0.0, 0.0], [0.0, 0.0])
    one = count(np.array([0, 0]), np.array([0, 1]), np.array([True, False]), (2, 2))
    mean, spread = abilities(test, one)
    assert mean == pytest.approx([0, 0], abs=1e-9)
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    joint = weight * expit(node) * expit(-node)
    assert spread[0] == pytest.approx(np.sqrt((joint * node**2).sum() / joint.sum()), abs=1e-4)
    assert spread[1] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", ["1pl", "2pl", "3pl"])
def test_nasty_answers_stay_plausible(kind):
    """Item 0 never answered wrong, 1 never right, 2 by nobody, 3 by one learner who answers nothing else."""
    learner = np.array([*range(50), *range(50), 50])
    item = np.array([0] * 50 + [1] * 50 + [3])
    found = fit_items(count(learner, item, item != 1, (51, 4)), kind).bank
    for part in vars(found).values():
        assert np.isfinite(part).all()
    assert found.difficulty[0] < found.difficulty[2] < found.difficulty[1]
    assert (np.abs(found.difficulty) < 10).all()
    assert ((found.discrimination > 0.1) & (found.discrimination < 5)).all()
    assert found.difficulty_se[2] == max(found.difficulty_se)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_nothing_to_fit_gives_the_prior(shape):
    empty = sparse.csr_matrix(shape)
    found = fit_items(Responses(empty, empty), "3pl").bank
    assert found.difficulty == pytest.approx(np.zeros(shape[1]))
    assert found.guessing == pytest.approx(np.full(shape[1], 0.2))
    assert found.difficulty_se == pytest.approx(np.full(shape[1], 2.0))
