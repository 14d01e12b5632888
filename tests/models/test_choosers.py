"""Learners who choose for themselves: utilities by hand, choices as often as softmax says, boredom."""

from dataclasses import replace

import numpy as np
import pytest

from models.choosers import Choosers, Taste, curriculum, topics
from models.rankers.log import History
from tests.models.courses import little_course, observe, on_the_way, random_course

INDIFFERENT = Taste(kind=0, modality=0, length=0, topic=0, popular=0, order=0, again=0)
COURSE = random_course(1)


def some(learners=1):
    """Learners of the little course whose candidates are r1, r3 and r4, with one padded place."""
    seen = observe(little_course(), [[0.8, 0.1, 0, 0]] * learners, [2, 3])
    return replace(seen, candidates=np.pad(seen.candidates, ((0, 0), (0, 1))), mask=np.pad(seen.mask, ((0, 0), (0, 1))))


def test_who_is_indifferent_chooses_by_chance_and_never_what_is_padded():
    choosers = Choosers(little_course(), 3000, 0, INDIFFERENT)
    share = np.bincount(choosers.choose(some(3000)), minlength=4) / 3000
    assert share == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=0.03)


def test_choices_are_as_frequent_as_softmax_says():
    course, taste = little_course(), replace(INDIFFERENT, order=1.0, scale=0.5)
    choosers = Choosers(course, 5000, 0, taste)
    choosers._order = np.full((5000, 1), 1.5)
    value = choosers.utility(some(5000))
    # r1 and r4 teach articles, the second point in order; r3 teaches plurals
    assert value[0, :3] == pytest.approx([1.5, 1.5 * np.exp(-2 / 3), 1.5 * np.exp(-1 / 3)])
    expected = np.exp(value[0] / 0.5) / np.exp(value[0] / 0.5).sum()
    assert np.bincount(choosers.choose(some(5000)), minlength=4) / 5000 == pytest.approx(expected, abs=0.02)


def test_what_is_popular_and_what_was_done_changes_the_utility():
    course = little_course()
    counts = np.array([0, 0, 0, 9, 0], dtype=np.float32)
    choosers = Choosers(course, 1, 0, replace(INDIFFERENT, popular=1.0, again=2.0), counts)
    value = choosers.utility(some())[0]
    assert value[1] > value[0] == value[2]
    done = replace(some(), history=History(np.array([[-1, 3]]), np.zeros((1, 2)), np.ones((1, 2))))
    assert choosers.utility(done)[0, :3] - value[:3] == pytest.approx([0, -2, 0])


def test_taste_differs_between_learners_and_not_between_calls():
    first, again = Choosers(COURSE, 20, 5), Choosers(COURSE, 20, 5)
    assert np.array_equal(first.worth, again.worth)
    assert np.array_equal(first.choose(on_the_way(COURSE, 20)), again.choose(on_the_way(COURSE, 20)))
    assert first.worth.std(axis=0).min() > 0.3
    assert not np.array_equal(first.worth, Choosers(COURSE, 20, 6).worth)


def test_topics_are_the_courses_and_neighbours_share_them():
    about = topics(COURSE, 4)
    assert np.array_equal(about, topics(COURSE, 4))
    assert about.mean(axis=0) == pytest.approx(0, abs=1e-4) and about.std(axis=0) == pytest.approx(1, abs=1e-4)
    main = COURSE.taught[:, 0]
    linked = {tuple(edge) for edge in COURSE.prerequisites}
    pairs = [(a, b) for a in range(COURSE.resources) for b in range(COURSE.resources) if main[a] != main[b]]
    apart = {pair: np.linalg.norm(about[pair[0]] - about[pair[1]]) for pair in pairs}
    near = [value for (a, b), value in apart.items() if (main[a], main[b]) in linked]
    assert np.mean(near) < np.mean(list(apart.values()))


def test_the_curriculum_is_in_topological_order():
    place = curriculum(COURSE)
    main = COURSE.taught[np.arange(COURSE.resources), COURSE.importance.argmax(axis=1)]
    for before, after in COURSE.prerequisites:
        assert place[main == before].max() < place[main == after].min()
    assert len(set(place)) == COURSE.resources


def test_a_recommendation_is_taken_up_where_it_beats_doing_something_else():
    taste = replace(INDIFFERENT, elsewhere=0.7, scale=0.5)
    choosers, seen = Choosers(little_course(), 4000, 0, taste), some(4000)
    chance = choosers.takes_up(seen, np.zeros(4000, dtype=int))
    assert chance == pytest.approx(1 / (1 + np.exp(0.7 / 0.5)))
    assert choosers.accept(seen, np.zeros(4000, dtype=int)).mean() == pytest.approx(chance[0], abs=0.02)


def test_who_is_bored_leaves_sooner():
    seen, position, did = some(4000), np.zeros(4000, dtype=int), np.ones(4000, dtype=bool)
    content = Choosers(little_course(), 4000, 0, replace(INDIFFERENT, elsewhere=-2.0))
    bored = Choosers(little_course(), 4000, 0, replace(INDIFFERENT, elsewhere=2.0))
    left = [sum(choosers.leave(seen, position, did).sum() for _ in range(5)) for choosers in (content, bored)]
    assert left[0] < 0.6 * left[1]
    assert content.mood == pytest.approx(2 * (1 - 0.7**5))
    content.leave(seen, position, ~did)
    assert content.mood == pytest.approx(2 * (1 - 0.7**5) * 0.7)


def test_pauses_are_none_or_days():
    days = Choosers(COURSE, 5000, 0, Taste(pause=0.25, away=2.0)).pause()
    assert (days > 0).mean() == pytest.approx(0.25, abs=0.02)
    assert days[days > 0].mean() == pytest.approx(2, abs=0.2)
