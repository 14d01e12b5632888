"""Learnt roles: at the start what the served network computes, then shares by hand."""

import pytest
import torch

from benchmarks.paths.learnt_roles import RolesConfig
from models.rl.network import NetworkConfig
from tests.models.courses import make_course, observe, on_the_way, random_course


def network(course, config):
    torch.manual_seed(0)
    return config.build(course).eval()


def scores(net, seen):
    with torch.no_grad():
        return net(net.batch(seen))


def test_roles_at_their_start_change_nothing_and_are_learnt():
    course = random_course(1)
    plain, seen = network(course, NetworkConfig()), on_the_way(random_course(1))
    roles = network(course, RolesConfig())
    missing = roles.load_state_dict(plain.state_dict(), strict=False)
    assert (missing.missing_keys, missing.unexpected_keys) == (["pooling.sharpness"], [])
    for name in ("q", "logits", "value"):
        assert torch.allclose(getattr(scores(roles, seen), name), getattr(scores(plain, seen), name), atol=1e-6)
    before = scores(roles, seen).q
    q = roles.q(roles.batch(seen))
    q[torch.as_tensor(seen.mask)].sum().backward()
    assert roles.pooling.sharpness.grad.abs() > 0
    with torch.no_grad():
        roles.pooling.sharpness.fill_(0.0)
    assert not torch.allclose(scores(roles, seen).q, before, atol=1e-4)


@pytest.mark.parametrize(("sharpness", "share"), [(1.0, 0.75), (0.0, 0.5), (2.0, 0.9), (-3.0, 0.5)])
def test_a_role_by_hand(sharpness, share):
    # η 0.9 and 0.3: 3 : 1, all alike at 0, 9 : 1 squared; padding has no share, and a is never below 0
    course = make_course(3, [], [[(0, 0.9), (1, 0.3)], [(0, 1.0), (1, 1.0), (2, 1.0)]])
    net, seen = network(course, RolesConfig()), observe(course, [[0.2, 0.2, 0.2]], [0, 1, 2])
    with torch.no_grad():
        net.pooling.sharpness.fill_(sharpness)
        points = torch.eye(3)[:, None]
        _, candidates = net.pooling(net.features, net.batch(seen), points)
    assert candidates[0, 0, :3].tolist() == pytest.approx([share, 1 - share, 0], abs=1e-6)
    assert candidates[0, 1, :3].tolist() == pytest.approx([1 / 3] * 3, abs=1e-6)
