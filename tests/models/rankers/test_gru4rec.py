"""The network against its formula, event by event."""

import numpy as np
import pytest
import torch
from scipy.special import expit

from models.rankers.gru4rec import GRU4RecNetwork, GRU4RecSettings


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
