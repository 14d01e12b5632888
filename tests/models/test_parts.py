"""A part of a course gives the same numbers as the whole."""

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.network import NetworkConfig, PolicyNetwork
from models.parts import Parts
from models.policy import LearnedPolicy
from tests.models.courses import few, make_course, observe


def strands(count=6, length=8):
    """Chains that touch nothing but a related neighbour each; the whole is much larger than the way to one goal."""
    points = [range(strand * length, (strand + 1) * length) for strand in range(count)]
    edges = [(point, point + 1) for strand in points for point in strand[:-1]]
    related = [(strand[2], strand[4], 0.5) for strand in points]
    resources = [
        [(point, 1.0), (point - 1, 0.6)] if point % length else [(point, 1.0)] for point in range(count * length)
    ]
    return make_course(count * length, edges, resources, related, generator=np.random.default_rng(3))


@few
@given(st.integers(0, 5), st.integers(2, 6), st.integers(0, 99), st.sampled_from([1, 2, 3]))
def test_the_part_decides_as_the_whole(strand, place, seed, layers):
    course = strands()
    torch.manual_seed(seed)
    network = PolicyNetwork(course, NetworkConfig(width=8, hidden=16, layers=layers)).eval()
    level = np.random.default_rng(seed).uniform(0, 1, course.points).astype(np.float32)
    seen = observe(course, [level], [strand * 8 + place])
    if not seen.mask.any():
        return
    parts = Parts(network, course)
    _, cut = parts.of(seen)
    assert cut.level.shape[1] < course.points / 2
    whole = LearnedPolicy(network, keep=2).decide(seen)
    part = LearnedPolicy(network, keep=2, parts=parts).decide(seen)
    assert np.allclose(whole.q, part.q, atol=1e-5)
    assert np.allclose(whole.score, part.score, atol=1e-5)
    assert (whole.chosen == part.chosen).all()


def test_without_a_goal_or_with_a_foreign_candidate_the_whole_is_asked():
    course = strands()
    network = PolicyNetwork(course, NetworkConfig(width=8, hidden=16)).eval()
    parts = Parts(network, course)
    level = np.full(course.points, 0.7, dtype=np.float32)
    assert parts.of(observe(course, [level], []))[0] is network
    seen = observe(course, [level], [3])
    assert parts.of(seen)[0] is not network
    foreign = replace(seen, candidates=np.full_like(seen.candidates, course.resources - 1))
    assert parts.of(foreign)[0] is network
