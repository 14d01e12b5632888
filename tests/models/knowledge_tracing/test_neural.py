"""Training stops early and keeps the best epoch.

DKT and simpleKT: replay against step by step, no look ahead, odd logs, learning what logistic models cannot.
"""

import numpy as np
import pytest
import torch

from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import Question, replay_log
from models.knowledge_tracing.dkt import DKT, DKTNetwork
from models.knowledge_tracing.evaluation import split_held_out
from models.knowledge_tracing.neural import KTTrainingSettings, compute_log_loss, train_network, use_one_thread
from models.knowledge_tracing.simplekt import SimpleKT
from models.knowledge_tracing.state import compute_weight
from tests.models.knowledge_tracing.small_logs import NASTY, random_log, simple_log

MODELS = [DKT, SimpleKT]
BRIEF = KTTrainingSettings(epochs=2, batch_answers=200, learning_rate=0.005)
pytestmark = pytest.mark.training


def question(*points, importance=None, item=-1):
    weight = np.ones((1, len(points))) if importance is None else np.array([importance])
    return Question(np.array([points]), weight.astype(np.float32), np.array([item]), np.zeros_like(weight))


@pytest.fixture(scope="module", params=MODELS)
def fitted(request):
    return request.param.fit(random_log(0, longest=350), settings=BRIEF)


def test_replay_is_step_by_step(fitted):
    """The longest learner's log is longer than a piece and than what simpleKT looks back."""
    log = random_log(0, longest=350)
    chance = fitted.replay(log)
    assert chance.std() > 0.01
    assert chance == pytest.approx(replay_log(fitted, log), abs=1e-5)


def test_a_later_answer_changes_nothing_before(fitted):
    log, changed = random_log(3), random_log(3)
    changed.right[10] = not changed.right[10]
    before, after = fitted.replay(log), fitted.replay(changed)
    assert before[:11] == pytest.approx(after[:11], abs=1e-7)
    assert before[30:] == pytest.approx(after[30:], abs=1e-7), "another learner"
    assert np.abs(before[11:30] - after[11:30]).max() > 1e-4


def test_parameters_make_the_same_model(fitted):
    log, weights = random_log(1), fitted.parameters()
    assert all(isinstance(value, np.ndarray) for value in weights.values())
    again = type(fitted).from_parameters(fitted.skills, fitted.items, weights)
    assert np.array_equal(again.replay(log), fitted.replay(log))
    assert again.prior == pytest.approx(fitted.prior)


def test_same_seed_same_model(fitted):
    log = random_log(0, longest=350)
    same, other = (type(fitted).fit(log, seed, settings=BRIEF).replay(log) for seed in (0, 1))
    assert np.array_equal(same, fitted.replay(log))
    assert not np.allclose(other, same)


def test_mastery_is_the_chance_on_each_point_alone(fitted):
    memory = fitted.update(fitted.start(), question(*range(6)), np.array([True]))
    level, spread = fitted.mastery(memory, question(*range(6), importance=[1, 0, 0, 0, 0, 0]))
    alone = [fitted.predict(memory, question(point))[0] for point in range(6)]
    assert level[0] == pytest.approx(alone, abs=1e-6)
    assert compute_weight(level, spread)[0] == pytest.approx([fitted.prior + 1] * 6, rel=1e-3)


def test_padding_and_neighbours_change_nothing(fitted):
    memory = fitted.start()
    memory = memory._replace(points=memory.points[:, :3])
    right = np.array([True])
    beside, alone = question(2, 4, -1, importance=[0.6, 0, 0.9]), question(2)
    after = fitted.update(memory, beside, right)
    only = fitted.update(memory._replace(points=memory.points[:, :1]), alone, right)
    assert fitted.predict(memory, beside) == pytest.approx(fitted.predict(memory, alone), abs=1e-6)
    assert fitted.predict(after, beside) == pytest.approx(fitted.predict(only, alone), abs=1e-6)
    assert after.points[0, :, 0] == pytest.approx([0.6, 0, 0])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("log", NASTY.values(), ids=NASTY)
def test_nasty_logs(model, log):
    fitted = model.fit(log, settings=BRIEF)
    chance = fitted.replay(log)
    assert ((chance > 0) & (chance < 1)).all()
    assert chance == pytest.approx(replay_log(fitted, log), abs=1e-5)
    assert all(np.isfinite(value).all() for value in fitted.parameters().values())


@pytest.mark.parametrize("model", MODELS)
def test_learns_that_one_skill_tells_of_another(model):
    """b is answered as the last a was, whatever came between."""
    rng, rows = np.random.default_rng(0), []
    for who in range(150):
        last = True
        for _ in range(8):
            last = bool(rng.random() < 0.5)
            rows += [
                (str(who), [skill], None, answer, np.nan) for skill, answer in (("a", last), ("c", True), ("b", last))
            ]
    log = build_answer_log(rows)
    inside, outside = log.take(np.arange(120)), log.take(np.arange(120, 150))
    fitted = model.fit(inside, settings=KTTrainingSettings(epochs=12, batch_answers=600, learning_rate=0.01))
    told = outside.skill[:, 0] == 1
    assert ((fitted.replay(outside)[told] > 0.5) == outside.right[told]).mean() > 0.95


def test_progress_is_told():
    told = []
    DKT.fit(random_log(0), settings=BRIEF, progress=lambda epoch, loss: told.append((epoch, loss)))
    assert [epoch for epoch, _ in told] == [0, 1]
    assert all(0.3 < loss < 1 for _, loss in told)


def test_the_best_epoch_is_kept():
    """Random answers are soon learnt by heart: the held-out loss rises, and two worse epochs end it."""
    log, losses = random_log(0, learners=40), []
    settings = KTTrainingSettings(epochs=40, patience=2, batch_answers=100, learning_rate=0.02)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = DKTNetwork(6, 9, (8, 8))
        train_network(network, log, settings, 0, lambda epoch, loss: losses.append(loss))
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 40
    assert compute_log_loss(network, split_held_out(log)[1]) == pytest.approx(losses[best], abs=1e-6)


def test_the_last_epoch_is_kept_where_nobody_is_held_out():
    log, losses = simple_log("AAaa", "aA"), []
    network = DKTNetwork(1, 0, (4, 4))
    before = network.logits(log)
    train_network(network, log, KTTrainingSettings(epochs=5, patience=1), 0, lambda epoch, loss: losses.append(loss))
    assert len(losses) == 5
    assert np.isnan(losses).all()
    assert np.abs(network.logits(log) - before).max() > 1e-3


def test_the_learning_rate_falls_to_a_tenth():
    settings = KTTrainingSettings(epochs=10, learning_rate=1.0)
    rates = [settings.learning_rate_at(epoch) for epoch in range(11)]
    assert (rates[0], rates[5], rates[10]) == pytest.approx((1, 0.55, 0.1))


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), use_one_thread():
        assert torch.get_num_threads() == 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == before
