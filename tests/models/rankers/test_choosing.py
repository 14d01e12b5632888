"""What is chosen on the last part of a log is what is best there."""

import numpy as np
import pytest

from models.rankers.choosing import best, gain, validation
from models.rankers.contract import VectorRanker
from models.rankers.log import log_of
from models.rankers.measures import evaluate

STEPS = log_of([(f"l{who}", f"i{(who + day) % 30:02}", day + who / 100, 1.0) for who in range(40) for day in range(20)])


class Onward(VectorRanker):
    """Likes the item `step` places on."""

    name = "onward"

    def __init__(self, items, step):
        super().__init__(items, np.eye(len(items)))
        self.step = step

    def learners(self, history):
        return np.roll(np.eye(len(self.items), dtype=np.float32), self.step, axis=1)[history.item[:, -1]]

    fit = parameters = from_parameters = None


def test_the_best_of_some_is_the_one_that_knows_the_next_step():
    trial = validation(STEPS)
    assert len(trial) == 80 and trial.training.at.max() < STEPS.at[trial.event].min()
    steps = [Onward(STEPS.items, step) for step in (5, 1, 2)]
    assert best(steps, trial) is steps[1] and gain(steps[1], trial) == 1
    assert gain(steps[2], trial) == pytest.approx(evaluate(steps[2], trial).figures()["ndcg10"])
    assert gain(steps[2], trial) < 1


def test_a_short_log_leaves_nothing_to_choose_by():
    assert validation(STEPS.take(slice(0, 100))) is None
    assert validation(STEPS.take(slice(0, 0))) is None
