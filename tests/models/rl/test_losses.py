"""Targets, loss and pruning against plain Python.

PPO's functions against plain Python loops.
"""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.rl.losses import (
    PPOConfig,
    advised_loss,
    approximate_kl,
    best_value,
    entropy,
    estimate_advantages,
    expected_value,
    log_probability,
    policy_loss,
    prune_candidates,
    q_loss,
    td_target,
)
from tests.models.courses import few

CONFIG = PPOConfig()


@few
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 4))
def test_advantages_equal_the_sum_in_the_paper(seed, steps, learners):
    draw = torch.Generator().manual_seed(seed)
    reward, value = torch.randn(steps, learners, generator=draw), torch.randn(steps, learners, generator=draw)
    ended, last = torch.rand(steps, learners, generator=draw) < 0.3, torch.randn(learners, generator=draw)
    found = estimate_advantages(reward, value, ended, last, CONFIG)
    for b in range(learners):
        for t in range(steps):
            total, weight = 0.0, 1.0
            for later in range(t, steps):
                after = value[later + 1, b] if later + 1 < steps else last[b]
                following = 0.0 if ended[later, b] else after.item()
                total += weight * (reward[later, b].item() + CONFIG.gamma * following - value[later, b].item())
                weight *= CONFIG.gamma * CONFIG.lam
                if ended[later, b]:
                    break
            assert found[t, b].item() == pytest.approx(total, abs=1e-4)


def test_advantages_by_hand():
    config = PPOConfig(gamma=0.5, lam=0.5)
    reward, value = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[0.5], [1.0], [2.0]])
    ended = torch.tensor([[False], [True], [False]])
    # step 2: 3 + 0.5 · 4 − 2 = 3;  step 1 ends: 2 − 1 = 1;  step 0: 1 + 0.5 · 1 − 0.5 = 1, + 0.25 · 1
    assert estimate_advantages(reward, value, ended, torch.tensor([4.0]), config).flatten().tolist() == [1.25, 1.0, 3.0]


def test_log_probability_and_entropy_of_a_masked_policy():
    logits = torch.tensor([[0.0, math.log(3.0), -torch.inf], [5.0, -torch.inf, -torch.inf]])
    assert log_probability(logits, torch.tensor([1, 0])).exp().tolist() == pytest.approx([0.75, 1.0])
    expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert entropy(logits).tolist() == pytest.approx([expected, 0.0], abs=1e-6)


def test_the_entropys_gradient_is_finite_beside_a_mask():
    logits = torch.tensor([[0.3, -0.2, 0.0]], requires_grad=True)
    masked = torch.where(torch.tensor([[True, True, False]]), logits, -torch.inf)
    entropy(masked).sum().backward()
    assert torch.isfinite(logits.grad).all()
    assert logits.grad[0, 2] == 0


@few
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_the_clipped_loss_equals_a_loop(seed, size):
    draw = torch.Generator().manual_seed(seed)
    new, old, advantage = (torch.randn(size, generator=draw) for _ in range(3))
    total = 0.0
    for i in range(size):
        ratio = math.exp(new[i].item() - old[i].item())
        clipped = min(max(ratio, 0.8), 1.2)
        total -= min(ratio * advantage[i].item(), clipped * advantage[i].item())
    assert policy_loss(new, old, advantage, 0.2).item() == pytest.approx(total / size, rel=1e-4, abs=1e-5)


def test_beyond_the_clip_there_is_no_pull():
    new = torch.tensor([1.0, -1.0], requires_grad=True)
    policy_loss(new, torch.zeros(2), torch.tensor([1.0, -1.0]), 0.2).backward()
    assert new.grad.tolist() == [0, 0]


@few
@given(st.integers(0, 10_000))
def test_the_kl_estimate_is_never_negative_and_zero_without_a_move(seed):
    old, new = torch.randn(2, 16, generator=torch.Generator().manual_seed(seed))
    ratios = [math.exp(b - a) - 1 - (b - a) for a, b in zip(old.tolist(), new.tolist(), strict=True)]
    assert approximate_kl(new, old).item() == pytest.approx(sum(ratios) / 16, rel=1e-4)
    assert approximate_kl(new, old) >= 0
    assert approximate_kl(old, old) == 0


def test_advice_raises_what_q_values_above_the_policys_mean():
    logits = torch.tensor([[0.0, 0.0, -torch.inf]], requires_grad=True)
    loss = advised_loss(logits, torch.tensor([[1.0, 3.0, 0.0]]))
    loss.backward()
    # π = ½, ½; the mean of Q is 2: −(½ · −1 + ½ · 1) = 0, dL/dlogit = −π (Q − 2)
    assert loss.item() == pytest.approx(0)
    assert logits.grad[0].tolist() == pytest.approx([0.5, -0.5, 0])


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
    kept = prune_candidates(torch.where(mask, q, -torch.inf), mask, keep)
    for b in range(size):
        feasible = sorted((k for k in range(width) if mask[b, k]), key=lambda k: -q[b, k].item())
        assert set(torch.nonzero(kept[b]).flatten().tolist()) == set(feasible[:keep])


def test_a_target_of_several_steps_discounts_what_follows_as_often():
    # after two rewards γ² V; nothing after an end
    reward, following = torch.tensor([1.5, 1.5]), torch.tensor([4.0, 4.0])
    found = td_target(reward, torch.tensor([False, True]), following, 0.5**2)
    assert found.tolist() == [2.5, 1.5]
