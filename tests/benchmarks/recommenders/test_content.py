"""The simulated learners who follow topics, on the English course's own texts."""

from itertools import pairwise

import numpy as np

from benchmarks.recommenders.content import read_english_catalogue, simulate_topic_log

CATALOGUE, AFTER = read_english_catalogue()


def test_the_english_course_is_read_whole():
    assert len(CATALOGUE.items) == len(CATALOGUE.texts) == len(CATALOGUE.traits) == 659
    assert all(any(trait.startswith("point:english/") for trait in traits) for traits in CATALOGUE.traits)
    assert "english/present-simple-be" in AFTER["english/subject-pronouns"]


def test_learners_stay_at_topics_and_do_nothing_twice_or_before_it_is_out():
    log = simulate_topic_log(CATALOGUE, AFTER, learners=80)
    assert (log.matrix.data == 1).all()
    first = np.full(len(log.items), np.inf)
    np.minimum.at(first, log.item, log.days)
    assert 0.05 < (first[np.isfinite(first)] > 85).mean() < 0.5
    points = [{trait for trait in traits if trait.startswith("point:")} for traits in CATALOGUE.traits]
    table, _ = log.sequences(60)
    same = [bool(points[one] & points[two]) for row in table for one, two in pairwise(row) if one >= 0]
    assert np.mean(same) > 0.3
    again = simulate_topic_log(CATALOGUE, AFTER, learners=80)
    assert again.item.tolist() == log.item.tolist() and again.days.tolist() == log.days.tolist()
