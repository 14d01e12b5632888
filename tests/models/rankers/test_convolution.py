"""The convolution against plain matrices, its gradient against a plain backward pass, the losses against each other."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from models.rankers.convolution import Convolution, Settings, _following, _Softmax, _step
from models.rankers.log import log_of

DRAW = np.random.default_rng(0)
LOG = log_of([(f"l{DRAW.integers(9)}", f"i{DRAW.integers(12)}", float(day), 1.0) for day in range(80)])
SETTINGS = Settings(factors=5, layers=3, longest=6)


def network():
    torch.manual_seed(0)
    return Convolution(LOG, SETTINGS)


def test_layers_are_what_plain_matrices_give():
    made = network()
    graph = (LOG.matrix.toarray() > 0).astype(float)
    graph /= np.sqrt(graph.sum(axis=1, keepdims=True)) * np.sqrt(graph.sum(axis=0, keepdims=True))
    item = made.item.detach().numpy()
    items, learners = [item], [graph @ item]
    for _ in range(3):
        items, learners = [*items, graph.T @ learners[-1]], [*learners, graph @ items[-1]]
    found, sources = (each.detach().numpy() for each in made())
    assert found == pytest.approx(np.mean(items, axis=0), abs=1e-6)
    done = (LOG.matrix.toarray() > 0) / np.sqrt((LOG.matrix.toarray() > 0).sum(axis=1, keepdims=True))
    assert done @ sources == pytest.approx(np.mean(learners, axis=0), abs=1e-6)


def test_a_step_adds_the_gradient_of_the_whole_loss():
    chunked, plain = network(), network()
    rows, loss = _following(LOG), _Softmax(LOG, 0)
    _step(chunked, LOG, rows, loss, SETTINGS)
    items, sources = plain()
    events = rows.numpy()
    history = torch.as_tensor(LOG.histories(LOG.learner[events], events, 6).item)
    target = torch.as_tensor(LOG.item[events])
    whole = cross_entropy(plain.learners(history, sources) @ items.T, target)
    (whole + SETTINGS.decay * plain.item.square().sum() / len(plain.item)).backward()
    for one, other in zip(chunked.parameters(), plain.parameters(), strict=True):
        assert one.grad.numpy() == pytest.approx(other.grad.numpy(), abs=1e-6)


def test_only_events_with_a_past_are_learnt_from():
    first = {int(np.flatnonzero(LOG.learner == learner)[0]) for learner in range(len(LOG.learners))}
    assert set(_following(LOG).tolist()) == set(range(len(LOG))) - first


def test_a_drawn_softmax_is_on_average_near_the_full_one():
    torch.manual_seed(1)
    events = [(f"l{n}", f"i{int(item)}", float(n), 1.0) for n, item in enumerate(DRAW.integers(0, 300, 3000))]
    log = log_of(events)
    learners, items = torch.randn(64, 4) * 0.5, torch.randn(len(log.items), 4) * 0.5
    target = torch.as_tensor(log.item[:64])
    full, drawn = _Softmax(log, 0), _Softmax(log, 100)
    assert not _Softmax(log, 150).negatives, "not worth drawing"
    mean = torch.stack([drawn(learners, items, target) for _ in range(50)]).mean()
    assert float(mean) == pytest.approx(float(full(learners, items, target)), rel=0.01)
