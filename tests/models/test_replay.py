"""The replay ring against a plain list."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.features import Batch
from models.ppo import log_probability
from models.replay import Replay
from tests.models.courses import few

CPU = torch.device("cpu")


def batch(step: int, size: int, width: int, points: int = 3) -> Batch:
    """States that can be told apart: every value says at which step it was made."""
    flat = torch.full((size,), float(step))
    wide = flat[:, None].expand(size, points) + torch.arange(size)[:, None] / 10
    candidates = torch.arange(width).expand(size, width) + step
    return Batch(wide, wide, wide, wide, wide, candidates, torch.ones(size, width, dtype=torch.bool), flat, flat)


def add(replay: Replay, step: int, width: int, action: int = 0) -> None:
    seen, size = batch(step, replay.size, width), replay.size
    value = torch.full((size,), float(step))
    replay.add(
        seen,
        kept=seen.mask,
        action=torch.full((size,), action),
        log_prob=-value,
        value=value,
        reward=value,
        ended=torch.zeros(size, dtype=torch.bool),
    )


@few
@given(st.integers(2, 6), st.lists(st.integers(1, 5), min_size=2, max_size=15), st.integers(0, 100))
def test_it_holds_the_newest_steps_and_forgets_the_rest(length, widths, seed):
    replay = Replay(length, 2, CPU)
    for step, width in enumerate(widths):
        add(replay, step, width, action=width - 1)
    held = list(range(max(0, len(widths) - length), len(widths)))
    slots = replay.newest(len(held))
    rows = replay.read(np.repeat(slots, 2), np.tile(np.arange(2), len(held)))
    assert rows.reward.tolist() == [float(step) for step in held for _ in range(2)]
    for row, step in enumerate(np.repeat(held, 2)):
        listed = rows.state.candidates[row][rows.state.mask[row]]
        assert listed.tolist() == [step + k for k in range(widths[step])], "narrower rows keep no leftovers"
        assert rows.action[row] == widths[step] - 1
        assert rows.state.level[row, 0] == pytest.approx(step + (row % 2) / 10)
    slots, learners = replay.sample(50, np.random.default_rng(seed))
    now = replay.read(slots, learners)
    following = replay.read((slots + 1) % length, learners)
    assert (following.reward == now.reward + 1).all(), "the following state is the next step's"
    assert set(now.reward.tolist()) <= {float(step) for step in held[:-1]}


def test_the_chosen_candidate_alone():
    replay = Replay(4, 2, CPU)
    add(replay, 7, width=3, action=2)
    add(replay, 8, width=5, action=1)
    rows = replay.read(np.array([0, 1]), np.array([0, 0]))
    assert rows.chosen().candidates.tolist() == [[9], [9]]
    assert rows.chosen().mask.all()


def test_leaving_out_what_was_pruned_keeps_the_log_probabilities():
    draw = torch.Generator().manual_seed(0)
    replay = Replay(1, 16, CPU)
    add(replay, 0, width=6)
    rows = replay.read(np.zeros(16, dtype=np.int64), np.arange(16))
    kept = torch.rand(16, 6, generator=draw) < 0.5
    kept[:, 3] = True
    action = torch.multinomial(kept.float(), 1, generator=draw).squeeze(1)
    rows = replace(rows, kept=kept, action=action)
    logits = torch.randn(16, 6, generator=draw)
    whole = log_probability(torch.where(kept, logits, -torch.inf), action)
    short = rows.among_kept()
    assert short.kept.shape[1] == kept.sum(dim=1).max() < 6
    fewer = logits.gather(1, short.state.candidates)  # the candidates of step 0 are their own positions
    assert torch.allclose(log_probability(torch.where(short.kept, fewer, -torch.inf), short.action), whole)
