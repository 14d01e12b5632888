"""What holds for every ranker from who did what: the contract, nasty logs, and that it finds a planted taste."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers import registry
from models.rankers.evaluation import evaluate_ranker, split_by_time
from models.rankers.interactions import InteractionLog, build_interaction_log
from tests.models.rankers.planted import ITEMS, levels, planted, seen

POPULAR = ("popular", "popular_level", "trending")
TASTE = ("item_knn", "als", "bpr")
ALL = (*POPULAR, *TASTE, "mf")
SMALL = {"als": {"factors": 8}, "bpr": {"factors": 8}, "mf": {"factors": 4}}


def fitted(name: str, log: InteractionLog, seed: int = 0):
    kind = registry.import_ranker(name)
    return kind.fit(log, levels(log.items), kind.Settings(**SMALL.get(name, {})), seed)


@pytest.fixture(scope="module")
def models():
    log = planted()
    return log, {name: fitted(name, log) for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_candidates_score_as_they_do_among_all(models, name):
    log, rankers = models
    history = log.histories(np.arange(30), np.full(30, len(log)))
    every = rankers[name].score(history)
    candidates = np.random.default_rng(0).integers(0, len(log.items), (30, 7))
    assert every.shape == (30, len(log.items)) and every.dtype == np.float32
    expected = np.take_along_axis(every, candidates, 1)
    assert rankers[name].score(history, candidates) == pytest.approx(expected, nan_ok=True, abs=1e-6)
    assert rankers[name].score(history[:1], np.array([[3, NO_INDEX]]))[0, 0] == pytest.approx(every[0, 3], abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_a_learner_scores_the_same_alone_and_in_company(models, name):
    log, rankers = models
    history = log.histories(np.arange(5), np.full(5, len(log)))
    alone = np.concatenate([rankers[name].score(history[row : row + 1]) for row in range(5)])
    assert rankers[name].score(history) == pytest.approx(alone, nan_ok=True, abs=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_parameters_make_the_same_ranker_and_a_seed_the_same_fit(models, name, tmp_path):
    log, rankers = models
    history = log.histories(np.arange(20), np.full(20, len(log)))
    expected = rankers[name].score(history)
    registry.save_ranker(rankers[name], tmp_path / name)
    again = registry.load_saved_ranker(tmp_path / name).ranker
    assert np.array_equal(again.score(history), expected, equal_nan=True) and again.items == log.items
    assert np.array_equal(fitted(name, log).score(history), expected, equal_nan=True)


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_said_of_items_that_nobody_did(models, name):
    _, rankers = models
    score = rankers[name].score(seen([0, 1, 2], [21]))
    assert np.isnan(score[:, ITEMS:]).all() and np.isfinite(score[:, :ITEMS]).all()


@pytest.mark.parametrize("name", ALL)
def test_a_learner_of_whom_nothing_is_known(models, name):
    _, rankers = models
    score = rankers[name].score(seen([NO_INDEX], [ITEMS], [0]))
    known = np.isfinite(score).any(axis=1)
    assert known.tolist() == ([True] * 3 if name in POPULAR else [False, False, True])
    mixed = rankers[name].score(seen([ITEMS, 0], [NO_INDEX, 0]))
    assert np.isfinite(mixed[0, :ITEMS]).all()


@pytest.mark.parametrize("name", ALL)
def test_small_logs(name):
    one = build_interaction_log([("a", "i00", 1.0, 1.0)], planted().items)
    score = fitted(name, one).score(seen([0], [1]))
    assert np.isfinite(score[0, 0]) and np.isnan(score[:, 1:]).all()
    same = build_interaction_log([("a", "i00", 1.0, 1.0)] * 3 + [("b", "i01", 1.0, 1.0)], planted().items)
    assert np.isfinite(fitted(name, same).score(seen([0]))[0, :2]).all()
    with pytest.raises(Invalid, match=r"no (events|outcomes)"):
        fitted(name, one.take(slice(0, 0)))


@pytest.mark.parametrize("name", TASTE)
def test_taste_is_found_and_beats_popularity(name):
    trial = split_by_time(planted(), 0.2)
    mine = evaluate_ranker(fitted(name, trial.training), trial, timed=1).figures()["ndcg10"]
    popular = evaluate_ranker(fitted("popular", trial.training), trial, timed=1).figures()["ndcg10"]
    assert mine > 1.3 * popular, (mine, popular)
    new = fitted(name, trial.training).score(seen([3, 4, 5, 6], [23, 24, 25, 26]))
    halves = new[:, :ITEMS].reshape(2, 2, ITEMS // 2).mean(axis=2)
    assert halves[0, 0] > halves[0, 1] and halves[1, 1] > halves[1, 0], "learners that the log does not hold"
