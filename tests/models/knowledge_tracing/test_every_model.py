"""What the contract promises, for every model of the registry: odd logs, batches, unknown skills, equal fits."""

from dataclasses import replace

import numpy as np
import pytest

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import ModelState, Question, align_log, replay_log
from models.knowledge_tracing.registry import LEARNER_MODELS, get_learner_model_class

NAN = float("nan")
NETWORKS = ("dkt", "simplekt")
NAMES = [pytest.param(name, marks=pytest.mark.training if name in NETWORKS else ()) for name in LEARNER_MODELS]


def some_log(learners=12, answers=8, skills="abc", seed=0):
    draw = np.random.default_rng(seed)
    return build_answer_log(
        [
            (
                f"l{learner}",
                sorted({str(draw.choice(list(skills))) for _ in range(2)}),
                f"q{draw.integers(4)}",
                bool(draw.random() < 0.6),
                1.5 * place,
            )
            for learner in range(learners)
            for place in range(answers)
        ]
    )


ODD = {
    "empty": build_answer_log([], skills=("a", "b")),
    "no skills at all": build_answer_log([], skills=()),
    "one answer": build_answer_log([("ann", ["a"], None, True, NAN)]),
    "one learner": build_answer_log([("ann", ["a"], None, place % 2 == 0, float(place)) for place in range(9)]),
    "one answer each": build_answer_log([(f"l{who}", ["ab"[who % 2]], None, who % 3 == 0, NAN) for who in range(9)]),
    "never wrong, never right": build_answer_log(
        [(f"l{n % 5}", ["ab"[n % 2]], None, n % 2 == 0, NAN) for n in range(40)]
    ),
    "a skill nobody was asked": build_answer_log(
        [("ann", ["a"], "q", n > 1, NAN) for n in range(6)], skills=("b", "a", "c")
    ),
    "answers to nothing": replace(some_log(3, 4), skill=np.full((12, 1), NO_INDEX)),
    "all at one moment": replace(some_log(3, 4), days=np.zeros(12)),
    "a clock that runs backwards": replace(some_log(3, 4), days=-np.arange(12.0)),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_odd_logs_give_finite_chances(name, odd):
    log = ODD[odd]
    model = get_learner_model_class(name).fit(log)
    chance = model.replay(log)
    assert chance.shape == log.right.shape
    assert np.isfinite(chance).all() and (chance >= 0).all() and (chance <= 1).all()
    assert all(np.isfinite(array).all() for array in model.parameters().values() if array.dtype.kind == "f")
    assert all(np.isfinite(part).all() for part in model.start())


@pytest.fixture(scope="module")
def fitted():
    return {}


def model_of(name, fitted):
    if name not in fitted:
        fitted[name] = get_learner_model_class(name).fit(some_log())
    return fitted[name]


def ask(model, points, importance, size=1) -> tuple[Question, ModelState]:
    """The same question for `size` new learners."""
    start, shape = model.start(), (size, len(points))
    question = Question(
        points=np.broadcast_to(np.array(points), shape).copy(),
        importance=np.broadcast_to(np.array(importance, dtype=np.float32), shape).copy(),
        item=np.zeros(size, dtype=np.int64) if model.items else np.full(size, NO_INDEX),
        days=np.zeros(shape, dtype=np.float32),
    )
    inside = np.maximum(question.points, 0)
    rows = ModelState(np.repeat(start.learner, size, axis=0), np.repeat(start.points, size, axis=0))
    return question, ModelState(rows.learner, rows.points[np.arange(size)[:, None], inside])


@pytest.mark.parametrize("name", NAMES)
def test_chances_and_mastery_are_in_range_before_and_after(name, fitted):
    model = model_of(name, fitted)
    question, memory = ask(model, [1, 0, NO_INDEX], [1, 0.5, 0], size=2)
    for right in ([True, False], [True, False], [True, True]):
        chance = model.predict(memory, question)
        level, spread = (part[:, :2] for part in model.mastery(memory, question))
        assert chance.shape == (2,) and level.shape == spread.shape == (2, 2)
        for part in (chance, level, spread):
            assert np.isfinite(part).all() and (part >= 0).all() and (part <= 1).all()
        before = [part.copy() for part in memory]
        after = model.update(memory, question, np.array(right))
        assert [part.shape for part in after] == [part.shape for part in memory]
        assert all(np.array_equal(part, copy, equal_nan=True) for part, copy in zip(memory, before, strict=True))
        memory = after


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_learners_one_by_one(name, fitted):
    model = model_of(name, fitted)
    question, memory = ask(model, [0, 2], [1, 1], size=3)
    right = np.array([True, False, True])
    together = model.update(memory, question, right)
    for one in range(3):
        alone = Question(*(None if part is None else part[one : one + 1] for part in vars(question).values()))
        after = model.update(ModelState(*(part[one : one + 1] for part in memory)), alone, right[one : one + 1])
        assert model.predict(after, alone)[0] == pytest.approx(model.predict(together, question)[one], abs=1e-5)
        for part, whole in zip(after, together, strict=True):
            assert part[0] == pytest.approx(whole[one], abs=1e-4, rel=1e-4, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_replay_is_the_contracts_own(name, fitted):
    model, log = model_of(name, fitted), some_log(4, 6, seed=1)
    log = align_log(log, model)
    assert model.replay(log) == pytest.approx(replay_log(model, log), abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_skills_and_items_that_the_model_does_not_know(name, fitted):
    model, log = model_of(name, fitted), some_log(4, 6, skills="xya", seed=2)
    chance = model.replay(align_log(log, model))
    assert np.isfinite(chance).all() and (chance >= 0).all() and (chance <= 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_model(name, fitted):
    first, second = model_of(name, fitted).parameters(), get_learner_model_class(name).fit(some_log()).parameters()
    assert first.keys() == second.keys()
    assert all(first[key] == pytest.approx(second[key], abs=1e-6, nan_ok=True) for key in first)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_make_the_same_model(name, fitted):
    model, log = model_of(name, fitted), some_log(4, 6, seed=3)
    again = type(model).from_parameters(model.skills, model.items, model.parameters())
    assert again.replay(align_log(log, model)) == pytest.approx(model.replay(align_log(log, model)), abs=1e-6)
