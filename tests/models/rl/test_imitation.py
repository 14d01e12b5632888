"""Imitation: the loss by hand, and a student that comes to choose as its teacher does, in either kind of world."""

import numpy as np
import pytest
import torch

from models.policies.rule_based import ScoreStrategy
from models.rl.imitation import ImitationConfig, imitate_teacher
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.policy import LearnedPolicy
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import random_course

SHORT = ImitationConfig(steps=32 * 4 * 20, updates=20, batch=64, learning_rate=1e-2)


def contrary(course) -> ScoreStrategy:
    """A teacher unlike what the policy starts from: the hardest resource."""
    return ScoreStrategy("contrary", lambda seen: course.difficulty[seen.candidates])


def agreement(network: PolicyNetwork, world, teacher) -> float:
    world.reset(seed=99)
    seen = world.observe()
    return float((LearnedPolicy(network, method="ppo").decide(seen).chosen == teacher.decide(seen).chosen).mean())


def student(course) -> PolicyNetwork:
    torch.manual_seed(0)
    return PolicyNetwork(course, NetworkConfig(width=8, hidden=16))


def test_the_student_comes_to_choose_as_its_teacher():
    course = random_course(2, points=15)
    world, teacher, network, losses = LearnerVectorEnv(course, 32), contrary(course), student(course), []
    before = agreement(network, world, teacher)
    imitate_teacher(network, world, teacher, SHORT, losses.append)
    assert len(losses) == 20 and losses[-1] < losses[0] / 2
    assert agreement(network, world, teacher) > max(0.7, before + 0.3)


@pytest.mark.parametrize("teaching", [0.0, 1.0])
def test_the_same_seed_teaches_the_same(teaching):
    course = random_course(2, points=10)
    config = ImitationConfig(steps=32 * 4 * 2, updates=2, batch=16, teaching=teaching)
    parameters = []
    for _ in range(2):
        begun = student(course)
        torch.rand(len(parameters))
        network = imitate_teacher(begun, LearnerVectorEnv(course, 32), contrary(course), config)
        parameters.append(np.concatenate([p.detach().numpy().ravel() for p in network.parameters()]))
    assert (parameters[0] == parameters[1]).all()
