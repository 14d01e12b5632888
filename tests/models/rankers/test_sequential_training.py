"""Windows hold every step of a log once, with the context that L allows; rows hold a history without its gaps.

Losses against plain loops; the sampled one nears the full one; training stops past its best.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import log_softmax

from models.arrays import NO_INDEX
from models.rankers.interactions import InteractionHistory, build_interaction_log
from models.rankers.sequence_networks import GRU4RecNetwork, GRU4RecSettings
from models.rankers.sequential import (
    SequenceTrainer,
    SequenceWindows,
    build_rows,
    full_softmax_loss,
    group_by_size,
    sampled_softmax_loss,
)
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
    assert full_softmax_loss(state, target, item, bias).item() == pytest.approx(
        torch.stack(full).mean().item(), rel=1e-5
    )
    found = sampled_softmax_loss(state, target, item, bias, drawn, share)
    assert found.item() == pytest.approx(torch.stack(sampled).mean().item(), rel=1e-5)


def test_the_gradient_of_many_sampled_items_is_that_of_all():
    state, target, item, bias, share = some()
    drawn = torch.multinomial(share, 200_000, replacement=True, generator=torch.Generator().manual_seed(0))
    (few,) = torch.autograd.grad(sampled_softmax_loss(state, target, item, bias, drawn, share), item)
    (whole,) = torch.autograd.grad(full_softmax_loss(state, target, item, bias), item)
    assert (few - whole).abs().max() < 0.02 * whole.abs().max()


@pytest.mark.training
def test_training_stops_a_while_after_its_best():
    settings = GRU4RecSettings(width=4, hidden=4, patience=2, held_out=0)
    log, figures = circle(learners=3), iter([0.1, 0.3, 0.2, 0.3, 0.9])
    windows = SequenceWindows(log, np.arange(len(log.items)), 5, 5)
    network = GRU4RecNetwork(len(log.items), settings)
    before = network.item.detach().clone()
    assert SequenceTrainer(network, windows, settings, 0).run(9, lambda: next(figures)) == 2
    assert next(figures) == 0.9 and not network.training
    assert (network.item.detach() != before)[: len(ITEMS)].any()
    assert SequenceTrainer(network, windows, settings, 0).run(3) == 3
    assert windows.steps == len(log) - 3
    few = replace(settings, work=2 * windows.steps)
    assert SequenceTrainer(network, windows, few, 0).run(9) == 2


LENGTHS = st.lists(st.integers(0, 13), min_size=1, max_size=6)


def log_with(lengths):
    """Each event has an item of its own, whose number tells whose and which it is."""
    events = [
        (f"l{who}", f"{who:02}{day:02}", float(day), 1.0) for who, most in enumerate(lengths) for day in range(most)
    ]
    return build_interaction_log(events)


@given(LENGTHS, st.integers(1, 6), st.integers(1, 6), st.integers(1, 20), st.integers(0, 3))
def test_every_step_is_predicted_once_from_what_came_before(lengths, longest, stride, events, seed):
    log, found = log_with(lengths), []
    windows = SequenceWindows(log, np.arange(len(log.items)), longest, stride)
    for batch in windows.batches(events, np.random.default_rng(seed)):
        item, target = batch.rows.item.numpy(), batch.target.numpy()
        assert item.size <= events or len(item) == 1
        for row, size in enumerate(batch.rows.length):
            assert item[row, :size].tolist() == list(range(item[row, 0], item[row, 0] + size))
        row, place = np.nonzero(batch.counted.numpy())
        assert (place < batch.rows.length.numpy()[row]).all()
        found += zip(item[row, place].tolist(), target[row, place].tolist(), strict=True)
        first = item[row, 0]
        day = np.array([int(log.items[each][2:]) for each in first], dtype=int)
        fewest = min(longest, longest - stride + 1)
        assert ((day == 0) | (place + 1 >= fewest)).all(), "less context than there was room for"
    whole = [(i, i + 1) for i in range(len(log.items) - 1) if log.items[i][:2] == log.items[i + 1][:2]]
    assert sorted(found) == whole


def test_cuts_differ_from_epoch_to_epoch_and_repeat_from_the_seed():
    windows = SequenceWindows(log_with([50]), np.arange(50), 10, 10)
    random = np.random.default_rng(0)
    one, two = (windows.cut(random)[0].tolist() for _ in range(2))
    assert one != two and windows.cut(np.random.default_rng(0))[0].tolist() == one


def test_groups_pad_to_no_more_than_asked():
    assert group_by_size(np.array([1, 1, 2, 3, 9]), 6) == [slice(0, 3), slice(3, 4), slice(4, 5)]
    assert group_by_size(np.zeros(0, dtype=int), 6) == []


def test_a_history_becomes_rows_without_gaps():
    item = np.array([[NO_INDEX, NO_INDEX, 2, 0, 1], [0, 1, 2, 0, 2], [NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX, 1]])
    outcome = np.where(item >= 0, np.arange(5) / 10, np.nan).astype(np.float32)
    rows = build_rows(
        InteractionHistory(item, np.zeros(item.shape, np.float32), outcome), np.array([5, NO_INDEX, 7]), 3
    )
    assert rows.length.tolist() == [2, 3, 0]
    assert rows.item.tolist() == [[7, 5, 0], [7, 5, 7], [0, 0, 0]]
    assert rows.outcome.numpy() == pytest.approx(
        np.array([[0.2, 0.3, np.nan], [0.2, 0.3, 0.4], [np.nan] * 3]), nan_ok=True
    )


def test_histories_of_nothing_become_rows_of_one_place():
    nothing = np.full((2, 4), NO_INDEX)
    rows = build_rows(InteractionHistory(nothing, np.zeros((2, 4)), np.zeros((2, 4))), np.arange(3), 5)
    assert rows.item.tolist() == [[0], [0]] and rows.length.tolist() == [0, 0]
