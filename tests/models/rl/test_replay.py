"""The replay ring against a plain list."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.rl.features import ObservationBatch
from models.rl.losses import log_probability
from models.rl.practice_network import PracticeBatch
from models.rl.replay import ReplayBuffer
from tests.models.courses import few

CPU = torch.device("cpu")


def batch(step: int, size: int, width: int, points: int = 3) -> ObservationBatch:
    """States that can be told apart: every value says at which step it was made."""
    flat = torch.full((size,), float(step))
    wide = flat[:, None].expand(size, points) + torch.arange(size)[:, None] / 10
    candidates = torch.arange(width).expand(size, width) + step
    return ObservationBatch(
        wide, wide, wide, wide, wide, candidates, torch.ones(size, width, dtype=torch.bool), flat, flat
    )


def add(replay: ReplayBuffer, step: int, width: int, action: int = 0, ended: list[bool] | None = None) -> None:
    seen, size = batch(step, replay.size, width), replay.size
    value = torch.full((size,), float(step))
    replay.add(
        seen,
        kept=seen.mask,
        action=torch.full((size,), action),
        log_prob=-value,
        value=value,
        reward=value,
        ended=torch.tensor(ended or [False] * size),
    )


@few
@given(st.integers(2, 6), st.lists(st.integers(1, 5), min_size=2, max_size=15), st.integers(0, 100))
def test_it_holds_the_newest_steps_and_forgets_the_rest(length, widths, seed):
    replay = ReplayBuffer(length, 2, CPU)
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


@few
@given(st.integers(2, 8), st.integers(2, 12), st.integers(1, 4), st.integers(0, 100))
def test_sampled_states_have_the_one_so_many_steps_later(length, added, steps, seed):
    steps = min(steps, min(length, added) - 1)
    replay = ReplayBuffer(length, 3, CPU)
    for step in range(added):
        add(replay, step, 2)
    slots, learners = replay.sample(60, np.random.default_rng(seed), steps)
    now, later = replay.read(slots, learners), replay.read((slots + steps) % length, learners)
    assert (later.reward == now.reward + steps).all()
    assert set(now.reward.tolist()) <= {float(step) for step in range(max(0, added - length), added - steps)}
    assert set(learners.tolist()) <= {0, 1, 2}


@few
@given(st.integers(0, 10_000), st.integers(3, 7), st.integers(3, 15), st.integers(1, 3))
def test_rewards_of_several_steps_equal_a_loop_and_stop_at_an_end(seed, length, added, steps):
    steps = min(steps, min(length, added) - 1)
    draw, replay, gamma = np.random.default_rng(seed), ReplayBuffer(length, 2, CPU), 0.9
    ends = draw.random((added, 2)) < 0.3
    for step in range(added):
        add(replay, step, 2, ended=ends[step].tolist())
    slots, learners = replay.sample(40, draw, steps)
    first = replay.read(slots, learners).reward.int().tolist()
    total, ended = replay.rewards(slots, learners, steps, gamma)
    for row, (begin, learner) in enumerate(zip(first, learners, strict=True)):
        expected, over = 0.0, False
        for later in range(steps):
            expected += gamma**later * (begin + later)  # the reward of a step is its number
            over = bool(ends[begin + later, learner])
            if over:
                break
        assert total[row].item() == pytest.approx(expected, abs=1e-4)
        assert ended[row].item() == over


def test_rewards_of_one_step_are_the_rewards():
    replay = ReplayBuffer(4, 2, CPU)
    for step in range(6):
        add(replay, step, 2, ended=[step == 4, False])
    slots, learners = np.repeat(replay.newest(4), 2), np.tile([0, 1], 4)
    total, ended = replay.rewards(slots, learners, 1, 0.5)
    assert total.tolist() == replay.read(slots, learners).reward.tolist() == [2, 2, 3, 3, 4, 4, 5, 5]
    assert ended.tolist() == [False, False, False, False, True, False, False, False]


def test_rewards_by_hand():
    replay = ReplayBuffer(8, 2, CPU)
    for step in range(1, 5):
        add(replay, step, 2, ended=[step == 2, False])
    total, ended = replay.rewards(np.array([0, 0]), np.array([0, 1]), 3, 0.5)
    # the first learner's episode ends with the second step: 1 + 2 / 2; the other's goes on: 1 + 2 / 2 + 3 / 4
    assert total.tolist() == [2, 2.75]
    assert ended.tolist() == [True, False]


def test_practice_is_stored_with_the_state():
    replay, draw = ReplayBuffer(3, 2, CPU, PracticeBatch), torch.Generator().manual_seed(0)
    trails = []
    for step in range(5):
        trail = {"practice": torch.rand(2, 3, 6, generator=draw), "memory": torch.rand(2, 4, generator=draw)}
        seen = PracticeBatch(**vars(batch(step, 2, 2)), **trail, left=torch.full((2,), 9.0 - step))
        none = torch.zeros(2)
        outcome = {"log_prob": none, "value": none, "reward": none, "ended": none.bool()}
        replay.add(seen, kept=seen.mask, action=none.long(), **outcome)
        trails.append(trail)
    state = replay.read(replay.newest(2), np.array([1, 0])).state
    assert torch.equal(state.practice, torch.stack([trails[3]["practice"][1], trails[4]["practice"][0]]))
    assert torch.equal(state.memory, torch.stack([trails[3]["memory"][1], trails[4]["memory"][0]]))
    assert state.left.tolist() == [6, 5]


def test_the_chosen_candidate_alone():
    replay = ReplayBuffer(4, 2, CPU)
    add(replay, 7, width=3, action=2)
    add(replay, 8, width=5, action=1)
    rows = replay.read(np.array([0, 1]), np.array([0, 0]))
    assert rows.chosen().candidates.tolist() == [[9], [9]]
    assert rows.chosen().mask.all()


def test_leaving_out_what_was_pruned_keeps_the_log_probabilities():
    draw = torch.Generator().manual_seed(0)
    replay = ReplayBuffer(1, 16, CPU)
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
