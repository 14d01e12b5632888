"""IRT as learner models: Bayes by hand, the contract on odd logs, the fast way and the slow one."""

import numpy as np
import pytest

from models.learners.contract import Question
from models.learners.item_response import ItemResponse, OneParameter, ThreeParameter, TwoParameter
from models.learners.log import NOTHING, log_of

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
    return log_of(rows)


def question(points, item=NOTHING):
    at = np.array([points])
    return Question(at, (at >= 0).astype(np.float32), np.array([item]), np.zeros(at.shape, dtype=np.float32))


def by_hand() -> ItemResponse:
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
    assert found.spread[0, 0] == pytest.approx(np.sqrt((weight * skill**2).sum() / weight.sum() - mean**2), rel=1e-4)
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
        log = log_of(rows, ("s", "t", "never"))
        fitted = model.fit(log)
        assert ((fitted.replay(log) > 0) & (fitted.replay(log) < 1)).all()
        for points in ([0], [0, 1], [2], [NOTHING]):
            memory = fitted.update(fitted.start(), question(points), np.array([True]))
            found = fitted.mastery(memory, question(points))
            assert np.isfinite(found.level).all()
            assert np.isfinite(found.spread).all()
        assert any("lean on the prior" in note for note in fitted.notes)
