"""Sequences of (learner, skill) pairs against a plain loop."""

import numpy as np
import pytest

from models.learners.log import AnswerLog, log_of
from models.learners.pairs import pairs_of
from tests.models.learners.logs import random_log


def sequences(log: AnswerLog) -> dict[tuple[int, int], list[int]]:
    """Rows by learner and skill."""
    found: dict[tuple[int, int], list[int]] = {}
    for row, (learner, skills) in enumerate(zip(log.learner, log.skill, strict=True)):
        for skill in skills[skills >= 0]:
            found.setdefault((int(learner), int(skill)), []).append(row)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_has_its_answers_in_order(seed):
    log = random_log(seed, clock=True)
    pairs, wanted = pairs_of(log), sequences(log)
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
    pairs = pairs_of(log_of(rows))
    value = np.where(pairs.skill[pairs.pair] == 0, 1.0, 3.0)
    assert pairs.by_row(value, 3) == pytest.approx([2.0, np.nan, 3.0], nan_ok=True)


def test_no_answers():
    pairs = pairs_of(log_of([], ("a",)))
    assert len(pairs.row) == len(pairs.skill) == len(pairs.steps) == len(pairs.pair) == len(pairs.before) == 0
