"""Shares by hand: overall, at a level, and of late.

What was done last comes first; of anything else there is no opinion.
"""

import numpy as np
import pytest

from graph.errors import Invalid
from models.rankers.interactions import Catalogue, build_interaction_log
from models.rankers.popularity import LevelSettings, Popular, PopularAtLevel, RepeatLast, Trending, TrendingSettings
from models.rankers.registry import load_saved_ranker, save_ranker
from tests.models.rankers.planted import seen

LOG = build_interaction_log([("a", item, float(day), 1.0) for day, item in enumerate("uvuw")], items=tuple("tuvw"))


def test_the_latest_comes_first_and_the_unseen_is_unknown(tmp_path):
    fitted = RepeatLast.fit(LOG)
    history = LOG.histories(np.array([0, 0]), np.array([4, 0]), 5)
    score = fitted.score(history)
    assert np.allclose(score[0, 1:], [1 / 2, 1 / 3, 1]) and np.isnan(score[0, 0]) and np.isnan(score[1]).all()
    assert np.array_equal(
        fitted.score(history, np.array([[3, 0], [1, 2]])), [[1, np.nan], [np.nan] * 2], equal_nan=True
    )
    save_ranker(fitted, tmp_path)
    assert np.array_equal(load_saved_ranker(tmp_path).ranker.score(history), score, equal_nan=True)


TWO_LEARNERS = build_interaction_log(
    [("a", "u", 0.0, 1.0), ("b", "v", 0.0, 1.0), ("a", "v", 1.0, 1.0), ("a", "w", 2.0, 1.0), ("b", "w", 4.0, 1.0)],
    ("u", "v", "w", "x"),
)
LEVELS = Catalogue(("x", "w", "v", "u"), ("",) * 4, tuple(map(frozenset, ({}, {}, {"level:B1"}, {"level:A1"}))))


def test_overall_it_is_the_share_of_events():
    assert Popular.fit(TWO_LEARNERS).score(seen([0]))[0] == pytest.approx([0.2, 0.4, 0.4, np.nan], nan_ok=True)


def test_an_event_counts_half_after_a_half_life():
    share = Trending.fit(TWO_LEARNERS, settings=TrendingSettings(half_life=2.0)).score(seen([]))[0]
    weight = np.array([0.25, 0.25 + 2**-1.5, 0.5 + 1])
    assert share[:3] == pytest.approx(weight / weight.sum()) and np.isnan(share[3])
    with pytest.raises(Invalid, match="no clock"):
        Trending.fit(build_interaction_log([("a", "u", 1.0, 1.0)], clock=False))


def test_at_a_level_events_of_learners_count_who_were_there_then():
    """Events: a at no level did u; b at none v; a at A1 v; a at A1 (u, v: a tie) w; b at B1 w."""
    ranker = PopularAtLevel.fit(TWO_LEARNERS, LEVELS, LevelSettings(prior=1.0))
    overall = np.array([0.2, 0.4, 0.4])
    beginner = (np.array([0, 1, 1]) + overall) / 3
    advanced = (np.array([0, 0, 1]) + overall) / 2
    score = ranker.score(seen([0, 3], [0, 1, 1], [2], [3]))
    assert score[:, :3] == pytest.approx(np.stack([beginner, advanced, overall, overall]))
    assert np.isnan(score[:, 3]).all()


def test_without_levels_it_says_what_is_lacking():
    for catalogue in (None, Catalogue(("u",), ("",), (frozenset({"kind:video"}),))):
        with pytest.raises(Invalid, match="`level:` traits"):
            PopularAtLevel.fit(TWO_LEARNERS, catalogue)


def test_what_rises_is_found():
    rows = [("a", "old", float(day), 1.0) for day in range(50)] + [("b", "new", 50.0 + day, 1.0) for day in range(20)]
    log = build_interaction_log(rows, ("old", "new"))
    assert Popular.fit(log).score(seen([])).argmax() == 0
    assert Trending.fit(log).score(seen([])).argmax() == 1
