"""simpleKT against its equations for one question, what its memory holds, and what it no longer sees."""

import numpy as np
import pytest
import torch
from scipy.special import expit, softmax

from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import Question, replay_log
from models.knowledge_tracing.simplekt import SimpleKT
from tests.models.knowledge_tracing.small_logs import simple_log

pytestmark = pytest.mark.training
SIZES = (8, 2, 6, 3, 2)
"""Width 8, two heads, inner width 6, three answers, two slots."""


def model(items=()):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = SimpleKT(("a", "b"), items, SIZES)
        for weight in made.network.parameters():
            torch.nn.init.normal_(weight, std=0.5)
    return made


def norm(vector, weights, name):
    scaled = (vector - vector.mean()) / np.sqrt(vector.var() + 1e-5)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def layers(vector, weights, name):
    hidden = np.maximum(weights[f"{name}.0.weight"] @ vector + weights[f"{name}.0.bias"], 0)
    return weights[f"{name}.3.weight"] @ hidden + weights[f"{name}.3.bias"]


def test_by_the_equations():
    """The fourth question of a log with items, from the three answers before it, head by head."""
    rows = [
        ("x", [s], i, r, 0.0) for s, i, r in (("a", "i", True), ("b", None, False), ("a", "j", True), ("b", "i", False))
    ]
    log, made = build_answer_log(rows, ("a", "b")), model(("i", "j"))
    w = made.parameters()
    base, variation = np.split(w["question"][log.skill[:, 0]], 2, axis=1)
    q = base + np.where(log.item >= 0, w["difficulty"][log.item], 0)[:, None] * variation
    x = q + w["outcome"][log.right.astype(int)] + log.right[:, None] * w["answer"][log.skill[:, 0]]
    key, value = q @ w["key.weight"].T + w["key.bias"], x @ w["value.weight"].T + w["value.bias"]
    mixed = []
    for head, part in enumerate((slice(0, 4), slice(4, 8))):
        age = np.array([3, 2, 1])
        score = key[:3, part] @ key[3, part] / 2 - w["recency"][0, head] * np.log(age) - w["recency"][1, head] * age / 3
        share = softmax(np.append(score, w["sink"][head]))
        mixed.append(share[:3] @ value[:3, part] + share[3] * w["rest"][part])
    state = norm(q[3] + w["mixed.weight"] @ np.concatenate(mixed) + w["mixed.bias"], w, "after_attention")
    state = norm(state + layers(state, w, "inner"), w, "after_inner")
    expected = expit(layers(np.concatenate([state, q[3]]), w, "out"))
    assert made.replay(log)[3] == pytest.approx(expected[0], abs=1e-5)


def test_memory_by_hand():
    """Latest first: right, item, the two most important skills; what was before is −1."""
    made = model(("i",))
    importance = np.array([[0.1, 0.9, 0]], dtype=np.float32)
    question = Question(np.array([[0, 1, 0]]), importance, np.array([0]), np.zeros((1, 3)))
    memory = made.start()._replace(points=np.zeros((1, 3, 1), dtype=np.float32))
    once = made.update(memory, question, np.array([True]))
    assert once.learner[0].reshape(3, 4).tolist() == [[1, 0, 1, 0], [-1] * 4, [-1] * 4]
    alone = Question(np.array([[1]]), np.ones((1, 1), dtype=np.float32), np.array([-1]), np.zeros((1, 1)))
    twice = made.update(once._replace(points=once.points[:, :1]), alone, np.array([False]))
    assert twice.learner[0].reshape(3, 4).tolist() == [[0, -1, 1, -1], [1, 0, 1, 0], [-1] * 4]


def test_answers_older_than_the_memory_are_forgotten():
    made = model()
    first, second = (made.replay(simple_log(word, skills="ab")) for word in ("aBaBa", "ABaBa"))
    assert np.abs(first[1:4] - second[1:4]).min() > 1e-5
    assert first[4] == pytest.approx(second[4], abs=1e-7)


def test_more_skills_than_slots():
    """Four skills an answer where two are remembered: replay forgets the same ones as step by step."""
    rng = np.random.default_rng(0)
    rows = [("x", list(rng.permutation(list("abcd"))), None, bool(rng.random() < 0.5), 0.0) for _ in range(8)]
    log = build_answer_log(rows)
    made = SimpleKT(log.skills, (), SIZES)
    assert made.replay(log) == pytest.approx(replay_log(made, log), abs=1e-6)
