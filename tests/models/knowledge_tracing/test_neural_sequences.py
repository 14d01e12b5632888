"""Padding, batches and embeddings of skills, by hand."""

import numpy as np
import pytest
import torch

from models.knowledge_tracing.base import Question
from models.knowledge_tracing.neural import (
    average_embeddings,
    make_batches,
    make_point_sequence,
    make_question_sequence,
    pad_sequences,
)
from tests.models.knowledge_tracing.small_logs import random_log, simple_log


def test_padding_by_hand():
    sequences, rows = pad_sequences(simple_log("aB", "A", "baB", skills="ab"), np.array([2, 1]))
    assert sequences.skill[..., 0].tolist() == [[1, 0, 1], [0, -1, -1]]
    assert sequences.weight[..., 0].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert sequences.right.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert sequences.real.tolist() == [[True, True, True], [True, False, False]]
    assert rows.tolist() == [3, 4, 5, 2]


@pytest.mark.parametrize("shuffle", [None, np.random.default_rng(0)])
def test_batches_hold_every_learner_once_and_keep_to_the_limit(shuffle):
    log = random_log(0, learners=50, longest=40)
    groups = make_batches(log, 30, shuffle)
    assert sorted(np.concatenate(groups)) == list(range(50))
    assert all(len(group) == 1 or len(group) * log.lengths[group].max() <= 30 for group in groups)
    assert make_batches(simple_log(), 30) == []


def test_embeddings_are_averaged_by_weight():
    """Skills 0 and 1 at 3 to 1; the last row where no skill counts."""
    table = torch.tensor([[4.0], [8.0], [-1.0]])
    skill, weight = torch.tensor([[0, 1], [1, -1], [-1, -1], [0, 1]]), torch.tensor([[3.0, 1], [1, 0], [0, 0], [0, 0]])
    assert average_embeddings(table, skill, weight).tolist() == [[5], [8], [-1], [-1]]


def test_a_question_as_a_sequence():
    numbers = np.array([[3, 1, -1]]), np.array([[0.5, 0, 0.7]], dtype=np.float32), np.array([2])
    question = Question(*numbers, np.zeros((1, 3), dtype=np.float32))
    whole, points = make_question_sequence(question, np.array([True])), make_point_sequence(question)
    assert (whole.weight.tolist(), whole.item.tolist(), whole.right.tolist()) == ([[[0.5, 0, 0]]], [[2]], [[1]])
    assert (points.skill.tolist(), points.weight.tolist()) == ([[[3], [1], [-1]]], [[[1], [1], [0]]])
    assert (points.item == -1).all()
