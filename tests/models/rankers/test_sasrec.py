"""The network against its formula, event by event."""

import numpy as np
import pytest
import torch
from scipy.special import erf, softmax

from models.rankers.sasrec import SASRecNetwork, SASRecSettings


def norm(x, layer):
    centred = x - x.mean()
    scaled = centred / np.sqrt((centred**2).mean() + layer.eps)
    return scaled * layer.weight.detach().numpy() + layer.bias.detach().numpy()


def linear(x, layer):
    return layer.weight.detach().numpy() @ x + layer.bias.detach().numpy()


def plain(block, xs):
    """One layer, one event and one head at a time."""
    parts = [np.split(linear(norm(x, block.before_attention), block.query_key_value), 3) for x in xs]
    found = []
    for t, x in enumerate(xs):
        mixed = []
        for head in range(block.heads):
            query, key, value = ([np.split(part[i], block.heads)[head] for part in parts[: t + 1]] for i in range(3))
            share = softmax([query[t] @ k / np.sqrt(len(k)) for k in key])
            mixed.append(sum(s * v for s, v in zip(share, value, strict=True)))
        x = x + linear(np.concatenate(mixed), block.mixed)
        inner = linear(norm(x, block.before_inner), block.up)
        found.append(x + linear(inner * (1 + erf(inner / np.sqrt(2))) / 2, block.down))
    return found


def test_states_are_those_of_the_formula():
    torch.manual_seed(0)
    network = SASRecNetwork(5, SASRecSettings(width=8, heads=2, layers=2, longest=6)).eval()
    x = torch.randn(2, 4, 8)
    state = network.states(x).detach().numpy()
    for row in range(2):
        xs = list(x[row].numpy() + network.place.detach().numpy()[:4])
        for block in network.blocks:
            xs = plain(block, xs)
        assert state[row] == pytest.approx(np.array([norm(each, network.norm) for each in xs]), abs=1e-5)


def test_the_order_of_what_was_done_matters():
    torch.manual_seed(0)
    network = SASRecNetwork(5, SASRecSettings(width=8, heads=2, layers=1, longest=6)).eval()
    x = torch.randn(1, 3, 8)
    one, other = (network.states(x[:, order])[0, -1] for order in ([0, 1, 2], [1, 0, 2]))
    assert (one - other).abs().max() > 1e-3
