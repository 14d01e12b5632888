"""Conservative Q-learning: its losses against plain Python, and that it learns the better of what it was shown."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training.behaviour import MixedRecommender, roll_out
from models.policies.rule_based import RandomStrategy
from models.recommender import decide_by_score
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.offline import (
    CQLConfig,
    LoggedStates,
    conservative_penalty,
    cql_loss,
    double_q_value,
    fit_cql,
    train_cql_policy,
)
from models.rl.offline_log import OfflineLog, RewardWeights
from models.rl.policy import LearnedPolicy
from tests.models.courses import few, make_course, observe, random_course

TINY = NetworkConfig(width=8, hidden=16)


@few
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6), st.sampled_from([0.0, 0.5, 3.0]))
def test_the_loss_equals_a_loop(seed, size, width, alpha):
    draw = torch.Generator().manual_seed(seed)
    q, other = (torch.randn(size, width, generator=draw) for _ in range(2))
    mask = torch.rand(size, width, generator=draw) < 0.6
    action = torch.randint(0, width, (size,), generator=draw)
    mask[torch.arange(size), action] = True
    aim = 2 * torch.randn(size, generator=draw)
    total = 0.0
    for b in range(size):
        open_ = [k for k in range(width) if mask[b, k]]
        mine, miss = q[b, action[b]].item(), abs(q[b, action[b]].item() - aim[b].item())
        gap = math.log(sum(math.exp(q[b, k].item()) for k in open_)) - mine
        total += (0.5 * miss**2 if miss < 1 else miss - 0.5) + alpha * gap
        best = max(open_, key=lambda k: q[b, k].item())
        assert conservative_penalty(q, mask, action)[b].item() == pytest.approx(gap, abs=1e-5)
        assert double_q_value(q, other, mask)[b].item() == pytest.approx(other[b, best].item())
    masked = torch.where(mask, q, -torch.inf)
    assert cql_loss(masked, mask, action, aim, alpha).item() == pytest.approx(total / size, abs=1e-4)


def test_a_state_without_candidates_is_worth_nothing():
    nothing = torch.zeros(1, 3, dtype=torch.bool)
    assert double_q_value(torch.full((1, 3), -torch.inf), torch.full((1, 3), -torch.inf), nothing).tolist() == [0]


def test_rows_of_states_are_those_states_without_idle_padding():
    course = random_course(2)
    logged = roll_out(course, RandomStrategy(course), 4, 6, 0)
    network = PolicyNetwork(course, TINY)
    whole = network.batch(logged.states)
    some = LoggedStates(network, logged).rows(np.array([3, 0]))
    width = some.mask.shape[1]
    assert width == int(whole.mask[[3, 0]].sum(dim=1).max())
    assert (some.level == whole.level[[3, 0]]).all() and (some.candidates == whole.candidates[[3, 0], :width]).all()


def two_ways(amount: int, share: float, seed: int) -> OfflineLog:
    """One decision each: of two resources of the same point, the quick one pays 1 and the long one nothing.

    The quick one is chosen in a `share` of the decisions.
    """
    course = ways()
    states = observe(course, [[0.1 + 0.5 * (row % 5) / 5] for row in range(amount)], [0])
    chosen = (np.random.default_rng(seed).random(amount) < share).astype(np.int64)
    rows, none = np.arange(amount), np.zeros(amount, dtype=bool)
    propensity = np.where(chosen == 1, share, 1 - share).astype(np.float32)
    return OfflineLog(states, rows, rows, chosen, propensity, chosen.astype(np.float32), none, ~none, rows, rows)


def ways():
    course = make_course(1, [], [[(0, 1.0)], [(0, 1.0)]])
    course.minutes[:] = [60.0, 5.0]
    return course


@pytest.mark.training
def test_it_finds_the_better_of_two_behaviours_even_where_the_log_seldom_took_it():
    logged = two_ways(400, 0.2, 0)
    config = CQLConfig(alpha=0.1, updates=80, batch=16, network=TINY)
    assert train_cql_policy(ways(), logged, config).decide(logged.states).chosen.mean() == 1
    cloning = CQLConfig(alpha=100, updates=80, batch=16, network=TINY)
    assert train_cql_policy(ways(), logged, cloning).decide(logged.states).chosen.mean() == 0


@pytest.mark.training
def test_it_does_not_believe_in_what_nobody_did():
    """Where the log holds one action only, plain Q-learning may prefer the other; the conservative term does not."""
    logged = two_ways(200, 0.0, 0)
    config = CQLConfig(alpha=0.5, updates=40, batch=16, network=TINY)
    for seed in range(3):
        torch.manual_seed(seed)
        untrained = LearnedPolicy(PolicyNetwork(ways(), TINY), method="q").decide(logged.states).q
        q = train_cql_policy(ways(), logged, replace(config, seed=seed)).decide(logged.states).q
        assert ((q[:, 0] - q[:, 1]) > (untrained[:, 0] - untrained[:, 1])).all()
        assert (q[:, 0] > q[:, 1]).all()


@pytest.mark.training
def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    course = random_course(1)
    logged = roll_out(course, RandomStrategy(course), 8, 6, 0)

    def parameters(seed: int) -> list[float]:
        network = fit_cql(
            course, logged, CQLConfig(updates=3, batch=8, network=TINY, seed=seed, pay=RewardWeights(1, 1, 1))
        )
        return torch.cat([parameter.flatten() for parameter in network.parameters()]).tolist()

    assert parameters(0) == parameters(0) != parameters(1)


def test_a_mixture_draws_by_its_shares_and_says_so():
    course = ways()
    seen = observe(course, [[0.2]] * 4000, [0])
    long = MixedRecommender([(0.25, RandomStrategy(course, 1)), (0.75, Always(0))], 3)
    decision = long.decide(seen)
    assert decision.propensity[0].tolist() == pytest.approx([0.875, 0.125])
    assert (decision.chosen == 0).mean() == pytest.approx(0.875, abs=0.02)


class Always:
    name, version = "always", "1"

    def __init__(self, position: int) -> None:
        self.position = position

    def decide(self, seen):
        score = np.zeros(seen.mask.shape, dtype=np.float32)
        score[:, self.position] = 1
        return decide_by_score(score, seen.mask)
