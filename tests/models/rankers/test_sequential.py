"""What holds for every ranker on a sequence network."""

from dataclasses import replace

import numpy as np
import pytest

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers.evaluation import evaluate_ranker, split_by_time
from models.rankers.interactions import MAX_HISTORY, InteractionHistory, InteractionLog, build_interaction_log
from models.rankers.sequence_networks import GRU4Rec, SASRec
from models.rankers.sequential import build_rows, compute_repeat_share
from tests.models.rankers.ordered_logs import ITEMS, NASTY, by_outcome, circle

pytestmark = pytest.mark.training
SMALL = {
    GRU4Rec: GRU4Rec.Settings(width=16, hidden=16, dropout=0.1, events=100, rate=0.01, epochs=12, held_out=0),
    SASRec: SASRec.Settings(width=16, heads=2, events=100, rate=0.01, epochs=12, held_out=0),
}
LOG = circle()


@pytest.fixture(scope="module", params=[GRU4Rec, SASRec], ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def fitted(kind):
    return kind.fit(LOG, settings=SMALL[kind])


def seen(*histories, outcome=np.nan, width=MAX_HISTORY):
    """Histories of items by number, NOTHING in front."""
    item = np.full((len(histories), width), NO_INDEX)
    for row, items in enumerate(histories):
        item[row, width - len(items) :] = items
    return InteractionHistory(
        item, np.zeros(item.shape, np.float32), np.where(item >= 0, outcome, np.nan).astype(np.float32)
    )


def test_a_planted_order_is_found(fitted):
    trial = split_by_time(circle(seed=1), 0.5, repeats=True)
    gain = evaluate_ranker(fitted, trial).figures()["ndcg10"]
    popular = np.bincount(LOG.item, minlength=len(LOG.items))
    first = popular.argsort()[::-1].argsort()[trial.target] + 1.0
    assert gain > 0.85 > 0.5 > np.where(first <= 10, 1 / np.log2(1 + first), 0).mean()


def test_the_next_item_depends_on_the_last_one(fitted):
    score = fitted.score(seen(*[[(start - 1) % 12, start] for start in range(12)]))
    assert (np.nanargmax(score, axis=1) == (np.arange(12) + 1) % 12).mean() > 0.9
    assert np.isnan(score[:, 12]).all() and LOG.items[12] == "never done"


def test_padding_and_company_change_nothing(fitted):
    histories = [[3, 4, 5], [1], list(range(12)) * 2, [7, 7]]
    together = fitted.score(seen(*histories))
    for row, items in enumerate(histories):
        alone = fitted.score(seen(items, width=len(items)))
        assert alone[0] == pytest.approx(together[row], abs=1e-4, nan_ok=True)


def test_what_comes_later_changes_nothing_before(fitted):
    rows = fitted.network(fitted_rows(fitted, [1, 2, 3, 4, 5])).detach().numpy()
    other = fitted.network(fitted_rows(fitted, [1, 2, 3, 9, 9])).detach().numpy()
    assert rows[0, :3] == pytest.approx(other[0, :3], abs=1e-5)
    assert np.abs(rows[0, 3:] - other[0, 3:]).max() > 1e-3


def fitted_rows(model, items):
    return build_rows(seen(items), model.index, MAX_HISTORY)


def test_candidates_score_as_among_all(fitted):
    histories, candidates = seen([3, 4], [8]), np.array([[0, 5, 12], [9, 9, 1]])
    whole = np.take_along_axis(fitted.score(histories), candidates, axis=1)
    assert fitted.score(histories, candidates) == pytest.approx(whole, abs=1e-5, nan_ok=True)


def test_of_a_learner_without_known_events_nothing_is_said(fitted):
    score = fitted.score(seen([], [12], [12, 3, 12], [3]))
    assert np.isnan(score[:2]).all()
    assert score[2] == pytest.approx(score[3], abs=1e-5, nan_ok=True), "an unknown item is passed over"
    assert fitted.score(seen()).shape == (0, 13)


def test_it_comes_back_from_its_parameters(fitted, kind):
    again = kind.from_parameters(fitted.items, fitted.parameters())
    histories = seen([3, 4], [8], [])
    assert np.array_equal(again.score(histories), fitted.score(histories), equal_nan=True)
    assert again.settings == fitted.settings


def test_it_repeats_from_its_seed(kind):
    settings = replace(SMALL[kind], epochs=3, held_out=0.2, patience=1)
    log = circle(learners=15)
    one, same, other = (kind.fit(log, settings=settings, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.vectors, same.vectors, equal_nan=True)
    assert not np.array_equal(one.vectors, other.vectors, equal_nan=True)


def test_sampled_softmax_finds_the_order_too(kind):
    model = kind.fit(LOG, settings=replace(SMALL[kind], negatives=5))
    score = model.score(seen(*[[(start - 1) % 12, start] for start in range(12)]))
    assert (np.nanargmax(score, axis=1) == (np.arange(12) + 1) % 12).mean() > 0.8


def test_outcomes_tell_where_a_learner_goes(kind):
    log = by_outcome()
    model = kind.fit(log, settings=replace(SMALL[kind], outcomes=True))
    starts = [[start] for start in range(12)]
    on, back = (np.nanargmax(model.score(seen(*starts, outcome=outcome)), axis=1) for outcome in (1.0, 0.0))
    assert (on == (np.arange(12) + 1) % 12).mean() > 0.8 and (back == (np.arange(12) - 1) % 12).mean() > 0.8
    assert np.isfinite(model.score(seen([3]))).all(), "outcomes may be unknown"


@pytest.mark.parametrize("name", NASTY)
def test_nasty_logs_do_no_harm(kind, name):
    log = NASTY[name]
    model = kind.fit(log, settings=replace(SMALL[kind], epochs=2, held_out=0.3))
    known = np.bincount(log.item, minlength=len(log.items)) > 0
    score = model.score(log.histories(np.array([0]), np.array([len(log)])))
    assert (np.isfinite(score[0]) == known).all()


def test_without_a_step_from_one_item_to_another_there_is_no_fit(kind):
    empty = InteractionLog(("a",), ("u",), *(np.zeros(0, dtype=each) for each in (int, int, float, np.float32)))
    for log in (empty, build_interaction_log([(learner, "u", 1.0, 1.0) for learner in "abc"])):
        with pytest.raises(Invalid, match="two events"):
            kind.fit(log)


def test_where_nothing_can_be_held_out_the_notes_say_so(kind):
    settings = replace(SMALL[kind], epochs=2, held_out=0.3)
    assert "2 epochs" in kind.fit(NASTY["one moment"], settings=settings).notes[0]
    assert kind.fit(circle(learners=9), settings=settings).notes == ()


def test_repeats_are_counted():
    assert compute_repeat_share(NASTY["one item"]) == 0.5 and compute_repeat_share(NASTY["one learner"]) == 0
    assert compute_repeat_share(LOG) > 0.1 and len(ITEMS) == 12
