"""A ranker on a course: positions, what it does not know, and who gets no opinion."""

from dataclasses import replace

import numpy as np

from models.course import Course
from models.rankers.contract import Ranker
from models.rankers.log import Catalogue, History
from models.rankers.rung import Ranked
from tests.models.courses import little_course, observe


class Follows(Ranker):
    """Scores 10 × (the latest item's position) + its own; NaN for who did nothing, and for `unknown` items."""

    name = "follows"

    def __init__(self, items, unknown=()):
        self.items, self.unknown = tuple(items), tuple(unknown)

    @classmethod
    def fit(cls, log, catalogue=None, settings=None, seed=0):
        return cls(log.items)

    def score(self, history, candidates=None):
        if candidates is None:
            candidates = np.tile(np.arange(len(self.items)), (len(history), 1))
        latest = np.where(history.item[:, -1:] >= 0, history.item[:, -1:], np.nan)
        score = 10 * latest + candidates
        score[np.isin(candidates, self.unknown)] = np.nan
        return score.astype(np.float32)

    def parameters(self):
        return {}

    @classmethod
    def from_parameters(cls, items, parameters):
        return cls(items)

    def extended(self, catalogue):
        return Follows((*self.items, *(item for item in catalogue.items if item not in self.items)))


ITEMS = ("elsewhere", "r4", "r3", "r1", "r0")
"""The ranker's items: another one in front, the course's in other positions, r2 missing."""


def history(*items: int) -> History:
    row = np.array([items])
    return History(row, np.zeros(row.shape, dtype=np.float32), np.ones(row.shape, dtype=np.float32))


def seen(course: Course, *items: int):
    """A learner whose candidates are r1, r3, r4, who did `items`."""
    return replace(observe(course, [[0.8, 0.1, 0, 0]], [2, 3]), history=history(*items))


def test_scores_are_the_rankers_in_its_own_positions():
    rung = Ranked(little_course(), Follows(ITEMS), "follows", "9")
    assert rung.place.tolist() == [4, 3, -1, 2, 1]
    assert rung.score(seen(rung.course, -1, 4, 3)).tolist() == [[23, 22, 21]]
    decision = rung.decide(seen(rung.course, -1, 4, 3))
    assert (decision.chosen.tolist(), decision.silent.tolist()) == ([0], [False])


def test_what_was_done_elsewhere_is_no_gap_in_the_history():
    rung = Ranked(little_course(), Follows(ITEMS), "follows")
    assert rung.score(seen(rung.course, 4, 3, 2)).tolist() == [[23, 22, 21]]


def test_no_opinion_on_what_the_ranker_does_not_know():
    rung = Ranked(little_course(), Follows(ITEMS, unknown=(3, 1)), "follows")
    decision = rung.decide(seen(rung.course, 3))
    assert decision.score.tolist() == [[-np.inf, 22, -np.inf]]
    assert (decision.chosen.tolist(), decision.silent.tolist()) == ([1], [False])


def test_silent_about_who_did_nothing_or_is_not_known():
    rung = Ranked(little_course(), Follows(ITEMS), "follows")
    for nothing in (replace(seen(rung.course, 3), history=None), seen(rung.course, -1, -1), seen(rung.course, 2)):
        decision = rung.decide(nothing)
        assert (decision.chosen.tolist(), decision.silent.tolist()) == ([0], [True])


def test_a_silent_choice_is_still_a_candidate():
    rung = Ranked(little_course(), Follows(ITEMS), "follows")
    pruned = seen(rung.course, -1).keep(np.array([[False, False, True]]))
    assert rung.decide(pruned).chosen.tolist() == [2]


def test_a_catalogue_tells_of_more_items():
    course = little_course()
    catalogue = Catalogue(tuple(course.resource_ids), ("",) * 5, (frozenset(),) * 5)
    assert Ranked(course, Follows(ITEMS), "follows").place[2] == -1
    assert Ranked(course, Follows(ITEMS), "follows", catalogue=catalogue).place[2] == 5
