"""Losses against plain loops; the sampled one nears the full one; training stops past its best."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import log_softmax

from models.rankers.gru4rec import GRU4RecNetwork, GRU4RecSettings
from models.rankers.sequence_training import Training, Windows, full_loss, sampled_loss
from tests.models.rankers.ordered_logs import ITEMS, circle


def some(n=5, width=4, items=9):
    random = torch.Generator().manual_seed(0)
    state, item = (torch.randn(size, width, generator=random) for size in (n, items))
    bias, share = torch.randn(items, generator=random), torch.rand(items, generator=random) + 0.1
    return state, torch.arange(n), item.requires_grad_(), bias, share / share.sum()


def test_losses_are_those_of_plain_loops():
    state, target, item, bias, share = some()
    drawn = torch.tensor([3, 8, 3])
    full, sampled = [], []
    for h, j in zip(state, target.tolist(), strict=True):
        full.append(-log_softmax(item @ h + bias, 0)[j])
        others = [h @ item[k] + bias[k] - torch.log(3 * share[k]) for k in drawn.tolist() if k != j]
        sampled.append(-log_softmax(torch.stack([h @ item[j] + bias[j], *others]), 0)[0])
    assert full_loss(state, target, item, bias).item() == pytest.approx(torch.stack(full).mean().item(), rel=1e-5)
    found = sampled_loss(state, target, item, bias, drawn, share)
    assert found.item() == pytest.approx(torch.stack(sampled).mean().item(), rel=1e-5)


def test_the_gradient_of_many_sampled_items_is_that_of_all():
    state, target, item, bias, share = some()
    drawn = torch.multinomial(share, 200_000, replacement=True, generator=torch.Generator().manual_seed(0))
    (few,) = torch.autograd.grad(sampled_loss(state, target, item, bias, drawn, share), item)
    (whole,) = torch.autograd.grad(full_loss(state, target, item, bias), item)
    assert (few - whole).abs().max() < 0.02 * whole.abs().max()


@pytest.mark.training
def test_training_stops_a_while_after_its_best():
    settings = GRU4RecSettings(width=4, hidden=4, patience=2, held_out=0)
    log, figures = circle(learners=3), iter([0.1, 0.3, 0.2, 0.3, 0.9])
    windows = Windows(log, np.arange(len(log.items)), 5, 5)
    network = GRU4RecNetwork(len(log.items), settings)
    before = network.item.detach().clone()
    assert Training(network, windows, settings, 0).run(9, lambda: next(figures)) == 2
    assert next(figures) == 0.9 and not network.training
    assert (network.item.detach() != before)[: len(ITEMS)].any()
    assert Training(network, windows, settings, 0).run(3) == 3
    assert windows.steps == len(log) - 3
    few = replace(settings, work=2 * windows.steps)
    assert Training(network, windows, few, 0).run(9) == 2
