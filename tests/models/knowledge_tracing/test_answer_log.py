"""Sequences of (learner, skill) pairs against a plain loop.

Counts by sorting against counting by hand.
"""

import numpy as np
import pytest

from models.knowledge_tracing.answer_log import (
    AnswerLog,
    average_neighbour_counts,
    build_answer_log,
    count_before,
    list_skill_answers,
    pack_learner_skill_pairs,
    sum_decayed_before,
)
from tests.models.knowledge_tracing.logs import random_log as random_log_with_clock
from tests.models.knowledge_tracing.small_logs import random_log


def earlier(log, row, skill):
    """Outcomes of the learner's answers to `skill` before answer `row`, in order."""
    start = log.starts[log.learner[row]]
    return [bool(log.right[i]) for i in range(start, row) if skill in log.skill[i]]


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_neighbours(seed):
    log = random_log(seed)
    found = list_skill_answers(log)
    wins, attempts = count_before(log, found, found.row, found.skill)
    influence = np.random.default_rng(seed).random((6, 6)) * (1 - np.eye(6))
    influence[:, 2] = 0
    near = average_neighbour_counts(log, found, influence)
    for entry, (row, skill) in enumerate(zip(found.row, found.skill, strict=True)):
        own = earlier(log, row, skill)
        assert (wins[entry], attempts[entry]) == (sum(own), len(own))
        logs = np.log1p([[sum(past), len(past)] for past in (earlier(log, row, other) for other in range(6))])
        weight = influence[:, skill]
        expected = weight @ logs / weight.sum() if weight.sum() else np.zeros(2)
        assert near[entry] == pytest.approx(expected)


def test_decay_by_hand():
    """Values 1, 2, 4 at d = ½: 0, 1, 2 + ½; another group begins at 0."""
    group = np.array([0, 0, 0, 1, 1])
    assert sum_decayed_before(np.array([1, 2, 4, 8, 16]), group, 0.5) == pytest.approx([0, 1, 2.5, 0, 8])


def test_decay_of_long_groups():
    rng = np.random.default_rng(0)
    group, value = np.repeat(np.arange(5), [70, 1, 33, 64, 65]), rng.random((2, 233))
    expected = np.zeros_like(value)
    for entry in range(1, 233):
        if group[entry] == group[entry - 1]:
            expected[:, entry] = 0.8 * expected[:, entry - 1] + value[:, entry - 1]
    assert sum_decayed_before(value, group, 0.8) == pytest.approx(expected)
    assert sum_decayed_before(np.empty(0), np.empty(0, dtype=np.int64), 0.8).shape == (0,)


def sequences(log: AnswerLog) -> dict[tuple[int, int], list[int]]:
    """Rows by learner and skill."""
    found: dict[tuple[int, int], list[int]] = {}
    for row, (learner, skills) in enumerate(zip(log.learner, log.skill, strict=True)):
        for skill in skills[skills >= 0]:
            found.setdefault((int(learner), int(skill)), []).append(row)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_has_its_answers_in_order(seed):
    log = random_log_with_clock(seed, clock=True)
    pairs, wanted = pack_learner_skill_pairs(log), sequences(log)
    found = {}
    for pair, skill in enumerate(pairs.skill):
        entries = [step.start + pair for step in pairs.steps if pair < step.stop - step.start]
        rows = pairs.row[entries]
        found[int(log.learner[rows[0]]), int(skill)] = rows.tolist()
        assert pairs.pair[entries].tolist() == [pair] * len(entries)
        assert pairs.days[entries] == pytest.approx(np.diff(log.days[rows], prepend=log.days[rows[0]]))
        assert pairs.before[np.array(entries[1:], dtype=int) - len(pairs.skill)].tolist() == entries[:-1]
    assert found == wanted
    assert (pairs.right == log.right[pairs.row]).all()


def test_the_mean_over_the_skills_of_an_answer():
    rows = [("x", ["a", "b"], None, True, 0.0), ("x", [], None, True, 0.0), ("x", ["b"], None, True, 0.0)]
    pairs = pack_learner_skill_pairs(build_answer_log(rows))
    value = np.where(pairs.skill[pairs.pair] == 0, 1.0, 3.0)
    assert pairs.by_row(value, 3) == pytest.approx([2.0, np.nan, 3.0], nan_ok=True)


def test_no_answers():
    pairs = pack_learner_skill_pairs(build_answer_log([], ("a",)))
    assert len(pairs.row) == len(pairs.skill) == len(pairs.steps) == len(pairs.pair) == len(pairs.before) == 0
