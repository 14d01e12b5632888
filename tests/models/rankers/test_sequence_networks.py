"""The network against its formula, event by event.

The network against its formula, event by event.
"""

import numpy as np
import pytest
import torch
from scipy.special import erf, expit, softmax

from models.rankers.sequence_networks import GRU4RecNetwork, GRU4RecSettings, SASRecNetwork, SASRecSettings


def test_states_are_those_of_the_formula():
    """Cho et al. 2014, with torch's order of gates: reset, update, new."""
    torch.manual_seed(0)
    network = GRU4RecNetwork(5, GRU4RecSettings(width=3, hidden=4)).eval()
    cell = {name: value.detach().numpy().astype(np.float64) for name, value in network.cell.named_parameters()}
    x = torch.randn(1, 5, 3)
    state, found = np.zeros(4), []
    for each in x[0].numpy():
        given = np.split(cell["weight_ih_l0"] @ each + cell["bias_ih_l0"], 3)
        past = np.split(cell["weight_hh_l0"] @ state + cell["bias_hh_l0"], 3)
        reset, update = expit(given[0] + past[0]), expit(given[1] + past[1])
        state = (1 - update) * np.tanh(given[2] + reset * past[2]) + update * state
        found.append(network.out.weight.detach().numpy() @ state + network.out.bias.detach().numpy())
    assert network.states(x)[0].detach().numpy() == pytest.approx(np.array(found), abs=1e-5)


def test_layers_stand_on_each_other():
    torch.manual_seed(0)
    network = GRU4RecNetwork(5, GRU4RecSettings(width=3, hidden=4, layers=2)).eval()
    assert network.cell.num_layers == 2 and network.states(torch.randn(2, 4, 3)).shape == (2, 4, 3)


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


def test_sasrec_states_are_those_of_the_formula():
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
