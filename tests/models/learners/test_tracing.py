"""Training stops early and keeps the best epoch."""

import numpy as np
import pytest
import torch

from models.learners.dkt import DKTNetwork
from models.learners.protocol import held_out
from models.learners.tracing import TrainingSettings, log_loss, one_thread, train
from tests.models.learners.small_logs import random_log, simple_log

pytestmark = pytest.mark.training


def test_the_best_epoch_is_kept():
    """Random answers are soon learnt by heart: the held-out loss rises, and two worse epochs end it."""
    log, losses = random_log(0, learners=40), []
    settings = TrainingSettings(epochs=40, patience=2, answers=100, rate=0.02)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = DKTNetwork(6, 9, (8, 8))
        train(network, log, settings, 0, lambda epoch, loss: losses.append(loss))
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 40
    assert log_loss(network, held_out(log)[1]) == pytest.approx(losses[best], abs=1e-6)


def test_the_last_epoch_is_kept_where_nobody_is_held_out():
    log, losses = simple_log("AAaa", "aA"), []
    network = DKTNetwork(1, 0, (4, 4))
    before = network.logits(log)
    train(network, log, TrainingSettings(epochs=5, patience=1), 0, lambda epoch, loss: losses.append(loss))
    assert len(losses) == 5
    assert np.isnan(losses).all()
    assert np.abs(network.logits(log) - before).max() > 1e-3


def test_the_learning_rate_falls_to_a_tenth():
    settings = TrainingSettings(epochs=10, rate=1.0)
    rates = [settings.rate_at(epoch) for epoch in range(11)]
    assert (rates[0], rates[5], rates[10]) == pytest.approx((1, 0.55, 0.1))


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), one_thread():
        assert torch.get_num_threads() == 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == before
