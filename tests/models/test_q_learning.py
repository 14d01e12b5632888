"""Targets, loss and pruning against plain Python."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.q_learning import best_value, expected_value, prune, q_loss, td_target
from tests.models.courses import few


@few
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
def test_targets_equal_a_loop(seed, size, width):
    draw = torch.Generator().manual_seed(seed)
    reward, next_q = torch.randn(size, generator=draw), torch.randn(size, width, generator=draw)
    ended, mask = torch.rand(size, generator=draw) < 0.3, torch.rand(size, width, generator=draw) < 0.5
    logits = torch.where(mask, torch.randn(size, width, generator=draw), -torch.inf)
    next_q = torch.where(mask, next_q, -torch.inf)
    best = td_target(reward, ended, best_value(next_q, mask), 0.95)
    mean = td_target(reward, ended, expected_value(next_q, logits, mask), 0.95)
    for b in range(size):
        open_ = [k for k in range(width) if mask[b, k]]
        weights = {k: math.exp(logits[b, k].item()) for k in open_}
        total, going = sum(weights.values()), 0.0 if ended[b] else 0.95
        largest = max((next_q[b, k].item() for k in open_), default=0.0)
        expected = sum(weights[k] / total * next_q[b, k].item() for k in open_)
        assert best[b].item() == pytest.approx(reward[b].item() + going * largest, abs=1e-5)
        assert mean[b].item() == pytest.approx(reward[b].item() + going * expected, abs=1e-5)


def test_the_loss_is_hubers():
    # ½ · 0.5² and 2 − ½
    assert q_loss(torch.tensor([1.0, 3.0]), torch.tensor([0.5, 1.0])).item() == pytest.approx((0.125 + 1.5) / 2)


@few
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 10), st.integers(1, 10))
def test_pruning_keeps_the_best_feasible_ones(seed, size, width, keep):
    draw = torch.Generator().manual_seed(seed)
    q, mask = torch.randn(size, width, generator=draw), torch.rand(size, width, generator=draw) < 0.5
    kept = prune(torch.where(mask, q, -torch.inf), mask, keep)
    for b in range(size):
        feasible = sorted((k for k in range(width) if mask[b, k]), key=lambda k: -q[b, k].item())
        assert set(torch.nonzero(kept[b]).flatten().tolist()) == set(feasible[:keep])


def test_a_target_of_several_steps_discounts_what_follows_as_often():
    # after two rewards γ² V; nothing after an end
    reward, following = torch.tensor([1.5, 1.5]), torch.tensor([4.0, 4.0])
    found = td_target(reward, torch.tensor([False, True]), following, 0.5**2)
    assert found.tolist() == [2.5, 1.5]
