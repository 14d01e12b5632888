"""The likelihood that fits the simulator's constants: against a plain loop, and without a look ahead."""

import itertools
import math

import numpy as np
import pytest
import torch

from benchmarks.knowledge_tracing.datasets import pack_answers
from benchmarks.knowledge_tracing.population import (
    HAND_CHOSEN,
    QUADRATURE_NODES,
    ForgettingStudy,
    Likelihood,
    make_quadrature,
    predict_answers,
)

LEARNERS = [([0, 1, 0, 0], [1, 0, 0, 1]), ([1, 1], [0, 1])]


@pytest.fixture
def model() -> Likelihood:
    made = Likelihood(2, HAND_CHOSEN | {"wrong_share": 0.4, "speed_sd": 0.7})
    with torch.no_grad():
        made.start += torch.tensor([0.3, 0.2, -0.4])
        made.skill_start += torch.tensor([0.5, -0.7])
        made.difficulty += torch.tensor([-0.2, 0.6])
    return made


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def by_hand(skills, outcomes) -> float:
    """The probability of one learner's answers: every node of θ, ε and of each skill's ε′ in turn."""
    (thetas, speeds, noises) = (
        [*zip(*(each.tolist() for each in make_quadrature(nodes)), strict=True)] for nodes in QUADRATURE_NODES
    )
    total = 0.0
    for (theta, at_theta), (speed, at_speed) in itertools.product(thetas, speeds):
        inner = 1.0
        for skill in set(skills):
            answers = [right for each, right in zip(skills, outcomes, strict=True) if each == skill]
            inner *= sum(weight * path(skill, answers, theta, speed, noise) for noise, weight in noises)
        total += at_theta * at_speed * inner
    return total


def path(skill, answers, theta, speed, noise) -> float:
    pace = 1.3 * 0.35 * math.exp(0.7 * speed + 0.2 * theta)
    known = 0.95 * sigmoid(0.3 + [0.5, -0.7][skill] + 0.7 * theta + math.exp(-0.4) * noise)
    found = 1.0
    for right in answers:
        chance = 0.15 + 0.79 * sigmoid(5 * (known - 0.5) + 0.6 * theta - [-0.2, 0.6][skill])
        found *= chance if right else 1 - chance
        fit = math.exp(-0.5 * ((chance - 0.65) / 0.3) ** 2)
        gain = pace * fit * (0.6 + 0.7 * known) * (1 if right else 0.4)
        known += min(gain, 0.95) * (1 - known)
    return found


def test_likelihood_is_the_plain_loop(model):
    data = pack_answers(LEARNERS)
    expected = -sum(math.log(by_hand(*learner)) for learner in LEARNERS) / 6
    assert model.loss(data, share=0).item() == pytest.approx(expected, rel=1e-5)


def test_the_prior_counts_by_the_share_of_answers(model):
    data = pack_answers(LEARNERS)
    moved = [math.log(0.7 / 1.3) - math.log(0.3 / 1.7), math.log(0.4 / 2.6) - math.log(0.5 / 2.5)]
    squares = 0.5**2 + 0.7**2 + 0.2**2 + 0.6**2 + sum((each / 0.5) ** 2 for each in moved)
    added = model.loss(data, share=0.5) - model.loss(data, share=0)
    assert added.item() == pytest.approx(0.5 * 0.5 * squares / 6, rel=1e-4)


def test_predictions_multiply_to_the_likelihood_and_do_not_look_ahead(model):
    data = pack_answers(LEARNERS)
    chance = predict_answers(model, data)
    observed = np.where(data.right, chance, 1 - chance)
    for number, learner in enumerate(LEARNERS):
        assert observed[data.learner == number].prod() == pytest.approx(by_hand(*learner), rel=1e-5)
    other = pack_answers([([0, 1, 0, 0], [1, 0, 0, 0]), ([1, 1], [0, 0])])
    assert predict_answers(model, other) == pytest.approx(chance)


def test_packing_keeps_order_and_counts_opportunities():
    data = pack_answers(LEARNERS)
    assert data.active == [3, 2, 1]
    assert data.skill.tolist() == [0, 1, 1]
    assert data.learner.tolist() == [0, 1, 0, 0, 1, 0]
    assert data.place.tolist() == [0, 0, 1, 2, 1, 3]
    assert data.opportunity.tolist() == [0, 0, 0, 1, 1, 2]
    assert data.right.tolist() == [True, False, False, False, True, True]


def test_forgetting_is_found_again():
    draw, size = np.random.default_rng(0), 20_000
    days = draw.exponential(20, size)
    kept = 0.3 + 0.7 * np.exp(-0.05 * days)
    right = draw.random(size) < 1 / (1 + np.exp(-HAND_CHOSEN["slope"] * (0.9 * kept - 0.5)))
    made = ForgettingStudy(np.stack([np.arange(size), days, np.zeros(size), right], axis=1))
    at = made.fit(np.ones(size, dtype=bool))
    assert np.exp(at[0]) == pytest.approx(0.05, rel=0.2)
    assert sigmoid(at[1]) == pytest.approx(0.3, abs=0.06)
