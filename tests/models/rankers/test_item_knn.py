"""Item neighbours against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rankers.interactions import build_interaction_log
from models.rankers.item_knn import ItemKNN, KNNSettings
from tests.models.rankers.planted import planted, seen

ITEMS = tuple("uvwxyz")
EVENTS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(ITEMS[:5])), min_size=1, max_size=20)


def plain(events: list[tuple[str, str]], chosen: KNNSettings, history: list[int]) -> list[float]:
    by = [{learner for learner, item in events if item == name} for name in ITEMS]

    def similarity(i: int, j: int) -> float:
        both = len(by[i] & by[j])
        return both / ((len(by[i]) * len(by[j])) ** 0.5 + chosen.shrinkage) if both and i != j else 0.0

    weight = [2 ** (-place / chosen.half_life) for place in range(len(history))][::-1]
    return [sum(w * similarity(i, j) for w, j in zip(weight, history, strict=True)) for i in range(len(ITEMS))]


@settings(max_examples=40)
@given(EVENTS, st.floats(0, 5), st.floats(0.5, 20), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_scores_are_what_plain_loops_give(events, shrinkage, half_life, history):
    chosen = KNNSettings(neighbours=10, shrinkage=shrinkage, half_life=half_life)
    log = build_interaction_log([(learner, item, float(day), 1.0) for day, (learner, item) in enumerate(events)], ITEMS)
    done = {item for _, item in events}
    told = [ITEMS[item] in done for item in history]
    score = ItemKNN.fit(log, settings=chosen).score(seen(history))[0]
    expected = plain(events, chosen, history)
    for place, name in enumerate(ITEMS):
        if name in done and any(told):
            assert score[place] == pytest.approx(expected[place], abs=1e-5)
        else:
            assert np.isnan(score[place])


def test_only_the_most_similar_are_kept():
    log = planted()
    every = ItemKNN.fit(log, settings=KNNSettings(neighbours=1000)).similar.toarray()
    few = ItemKNN.fit(log, settings=KNNSettings(neighbours=5)).similar.toarray()
    assert ((few > 0).sum(axis=1) <= 5).all() and every == pytest.approx(every.T)
    assert few.max(axis=1) == pytest.approx(every.max(axis=1))
    assert few.sum(axis=1) == pytest.approx(np.sort(every, axis=1)[:, -5:].sum(axis=1), rel=1e-5)


def test_later_events_weigh_more():
    ranker = ItemKNN.fit(planted(), settings=KNNSettings(half_life=1.0))
    score = ranker.score(seen([0, 20], [20, 0]))
    assert score[0, 21:40].mean() > score[0, 1:20].mean() and score[1, 1:20].mean() > score[1, 21:40].mean()
