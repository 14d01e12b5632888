"""A large course scored from the points that matter gives the same numbers as the whole network."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.nearby import Nearby
from models.network import NetworkConfig, PolicyNetwork
from models.policy import LearnedPolicy
from tests.models.courses import few, make_course, observe

COUNT, LENGTH = 12, 8


def strands():
    """Chains with a few related neighbours: the whole is much larger than the way to one goal."""
    chains = [range(chain * LENGTH, (chain + 1) * LENGTH) for chain in range(COUNT)]
    edges = [(point, point + 1) for chain in chains for point in chain[:-1]]
    related = [(chain[2], chain[4], 0.5) for chain in chains] + [(3, 11, 0.4)]
    resources = [
        [(point, 1.0), (point - 1, 0.6)] if point % LENGTH and point % 3 else [(point, 1.0)]
        for point in range(COUNT * LENGTH)
    ]
    return make_course(COUNT * LENGTH, edges, resources, related, generator=np.random.default_rng(3))


def network_on(course, seed, layers=2):
    torch.manual_seed(seed)
    network = PolicyNetwork(course, NetworkConfig(width=8, hidden=16, layers=layers)).eval()
    torch.nn.init.normal_(network.policy_head.out.weight)
    return network


@few
@given(st.integers(0, COUNT - 1), st.integers(2, LENGTH - 1), st.integers(0, 99), st.sampled_from([1, 2, 3]))
def test_it_decides_as_the_whole(chain, place, seed, layers):
    course = strands()
    network = network_on(course, seed, layers)
    level = np.random.default_rng(seed).uniform(0, 1, course.points).astype(np.float32)
    seen = observe(course, [level], [chain * LENGTH + place])
    if not seen.mask.any():
        return
    nearby = Nearby(network, course)
    assert nearby.scores(seen) is not None
    whole = LearnedPolicy(network, keep=2).decide(seen)
    part = LearnedPolicy(network, keep=2, nearby=nearby).decide(seen)
    assert np.allclose(whole.q, part.q, atol=1e-5)
    assert np.allclose(whole.score, part.score, atol=1e-5)
    assert (whole.chosen == part.chosen).all()


def test_the_whole_is_asked_where_everything_matters():
    course = strands()
    nearby = Nearby(network_on(course, 0), course)
    level = np.full(course.points, 0.7, dtype=np.float32)
    assert nearby.scores(observe(course, [level], list(range(course.points)))) is None
