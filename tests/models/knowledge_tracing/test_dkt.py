"""DKT against the equations of a gated recurrent unit, written out."""

import numpy as np
import pytest
from scipy.special import expit

from models.knowledge_tracing.base import replay_log
from models.knowledge_tracing.dkt import DKT
from tests.models.knowledge_tracing.small_logs import simple_log

pytestmark = pytest.mark.training


def gru(weights, answer, state):
    """One step: r and z gates, n the proposal, h ← (1 − z) n + z h; torch keeps the three stacked."""
    inside = weights["cell.weight_ih_l0"] @ answer + weights["cell.bias_ih_l0"]
    before = weights["cell.weight_hh_l0"] @ state + weights["cell.bias_hh_l0"]
    (r_in, z_in, n_in), (r_past, z_past, n_past) = np.split(inside, 3), np.split(before, 3)
    z = expit(z_in + z_past)
    return (1 - z) * np.tanh(n_in + expit(r_in + r_past) * n_past) + z * state


def test_by_the_equations():
    log = simple_log("abABaB", skills="ab")
    model = DKT(log.skills, (), (5, 4))
    weights, state, expected = model.parameters(), np.zeros(4), []
    for skill, right in zip(log.skill[:, 0], log.right, strict=True):
        out, (wrong, more) = weights["out"][skill], np.split(weights["answer"][skill], 2)
        expected.append(expit(state @ out[:-1] + out[-1]))
        state = gru(weights, wrong + right * more, state)
    assert model.start().learner.shape == (1, 4)
    assert model.replay(log) == pytest.approx(np.array(expected), abs=1e-6)
    assert replay_log(model, log) == pytest.approx(np.array(expected), abs=1e-6)
