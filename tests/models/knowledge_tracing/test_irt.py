"""IRT as learner models: Bayes by hand, the contract on odd logs, the fast way and the slow one.

Item response models: the curve and a posterior by hand, recovery of what answers were made of, nasty logs.
"""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import Question
from models.knowledge_tracing.irt import (
    IRTModel,
    IRTSettings,
    ItemBank,
    OneParameter,
    Responses,
    ThreeParameter,
    TwoParameter,
    compute_response_curve,
    count_responses,
    estimate_abilities,
    fit_items,
)


def answers(a, b, c, learners=1500, seen=0.6, seed=0):
    """Simulated: who saw what is random, so the data are sparse and unbalanced."""
    draw = np.random.default_rng(seed)
    theta = draw.normal(size=learners)
    learner, item = np.nonzero(draw.random((learners, len(a))) < seen)
    right = draw.random(len(learner)) < compute_response_curve(a[item], b[item], c[item], theta[learner])
    return theta, count_responses(learner, item, right, (learners, len(a)))


def items(number=30, seed=1):
    draw = np.random.default_rng(seed)
    return np.exp(draw.normal(0.2, 0.3, number)), draw.normal(0, 1, number), draw.uniform(0.1, 0.3, number)


def bank(a, b, c):
    zero = np.zeros(len(a))
    return ItemBank(np.asarray(a), np.asarray(b), np.asarray(c), zero, zero, zero)


def test_the_curve_by_hand():
    # 0.2 + 0.8 σ(2 (1 − 0.5)) = 0.2 + 0.8 · 0.731059
    assert compute_response_curve(2.0, 0.5, 0.2, 1.0) == pytest.approx(0.784847)
    assert compute_response_curve(2.0, 0.5, 0.2, 0.5) == pytest.approx(0.6)


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
    mean, spread = estimate_abilities(found, responses)
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
    right = draw.random(800) < compute_response_curve(
        np.array([1.5, 0.8])[item], np.array([-0.5, 1.0])[item], 0, theta[learner]
    )
    settings = IRTSettings(tolerance=1e-7, rounds=2000)
    found = fit_items(count_responses(learner, item, right, (400, 2)), "2pl", settings).bank
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
    one = count_responses(np.array([0, 0]), np.array([0, 1]), np.array([True, False]), (2, 2))
    mean, spread = estimate_abilities(test, one)
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
    found = fit_items(count_responses(learner, item, item != 1, (51, 4)), kind).bank
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


MODELS = [OneParameter, TwoParameter, ThreeParameter]


def simulated(items=True, learners=200, seed=0):
    draw = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        theta = draw.normal()
        for _ in range(int(draw.integers(1, 25))):
            skill, item = int(draw.integers(4)), int(draw.integers(3))
            right = bool(draw.random() < 1 / (1 + np.exp(-(1.5 * theta - skill + 1.5 - 0.5 * (item - 1)))))
            rows.append((f"l{learner}", [f"s{skill}"], f"q{skill}{item}" if items else None, right, float("nan")))
    return build_answer_log(rows)


def question(points, item=NO_INDEX):
    at = np.array([points])
    return Question(at, (at >= 0).astype(np.float32), np.array([item]), np.zeros(at.shape, dtype=np.float32))


def by_hand() -> IRTModel:
    numbers = {"discrimination": [1.0, 2.0], "difficulty": [0.0, 1.0], "guessing": [0.0, 0.2]}
    return TwoParameter(("s",), ("q",), {name: np.array(value) for name, value in numbers.items()})


def test_a_right_answer_by_hand():
    model = by_hand()
    theta = np.linspace(-5, 5, 41)
    weight = np.exp(-(theta**2) / 2)
    skill, item = 1 / (1 + np.exp(-theta)), 0.2 + 0.8 / (1 + np.exp(-2 * (theta - 1)))
    memory = model.start()
    assert model.predict(memory, question([0])) == pytest.approx([0.5])
    assert model.predict(memory, question([0], 0)) == pytest.approx([(weight * item).sum() / weight.sum()])
    weight = weight * item
    memory = model.update(memory, question([0], 0), np.array([True]))
    assert model.predict(memory, question([0])) == pytest.approx([(weight * skill).sum() / weight.sum()], rel=1e-5)
    weight = weight * (1 - skill)
    memory = model.update(memory, question([0]), np.array([False]))
    mean = (weight * skill).sum() / weight.sum()
    found = model.mastery(memory, question([0]))
    assert found.level[0] == pytest.approx([mean], rel=1e-5)
    assert found.sd[0, 0] == pytest.approx(np.sqrt((weight * skill**2).sum() / weight.sum() - mean**2), rel=1e-4)
    assert model.ability(memory).level == pytest.approx([(weight * theta).sum() / weight.sum()], rel=1e-4)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("items", [True, False])
def test_replay_predicts_better_than_shares_do(model, items):
    train, test = simulated(items), simulated(items, seed=1)
    chance = model.fit(train).replay(test)
    right = test.right
    loss = -np.log(np.where(right, chance, 1 - chance)).mean()
    usual = -np.log(np.where(right, right.mean(), 1 - right.mean())).mean()
    assert loss < usual - 0.05


@pytest.mark.parametrize("model", MODELS)
def test_parameters_make_the_same_model(model):
    log = simulated()
    fitted = model.fit(log)
    again = model.from_parameters(fitted.skills, fitted.items, fitted.parameters())
    assert (again.replay(log) == fitted.replay(log)).all()


@pytest.mark.parametrize("model", MODELS)
def test_odd_logs_and_what_is_unknown(model):
    nan = float("nan")
    only_right = [("a", ["s"], None, True, nan)] * 30
    odd = [[], only_right, only_right[:1], [("a", ["s", "t"], "q", False, nan), ("b", [], None, True, nan)]]
    for rows in odd:
        log = build_answer_log(rows, ("s", "t", "never"))
        fitted = model.fit(log)
        assert ((fitted.replay(log) > 0) & (fitted.replay(log) < 1)).all()
        for points in ([0], [0, 1], [2], [NO_INDEX]):
            memory = fitted.update(fitted.start(), question(points), np.array([True]))
            found = fitted.mastery(memory, question(points))
            assert np.isfinite(found.level).all()
            assert np.isfinite(found.sd).all()
        assert any("lean on the prior" in note for note in fitted.notes)
