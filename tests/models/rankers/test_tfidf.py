"""Content by words and traits: by hand, on planted topics, and on whatever may be asked."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.rankers import registry
from models.rankers.log import NOTHING, Catalogue, InteractionLog, log_of
from models.rankers.measures import evaluate
from models.rankers.tfidf import TfIdf
from models.rankers.trial import cut_in_time
from tests.models.rankers import topics
from tests.models.rankers.topics import seen

ITEMS = tuple("uvwx")
FOUR = Catalogue(
    ITEMS,
    ("red apple", "red pear", "blue stone", ""),
    tuple(frozenset(each) for each in ({"level:A1"}, {"level:A2"}, {"level:A1"}, set())),
)
EMPTY = InteractionLog((), ITEMS, *(np.zeros(0, dtype=kind) for kind in (int, int, float, np.float32)))


def fitted(catalogue=FOUR, log=EMPTY, **settings):
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
    trial = cut_in_time(topics.log(), 0.2)
    found = evaluate(TfIdf.fit(trial.training, topics.catalogue()), trial)
    popular = evaluate(topics.Popular(trial.training), trial)
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


@pytest.mark.parametrize("candidates", [np.array([[2, 0], [1, 1]]), np.array([[3, NOTHING], [0, 2]])])
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
    assert fitted().chance(seen([0]), np.array([[1]])) is None


def test_a_new_item_is_scored_like_an_old_one_with_the_same_content():
    model = fitted()
    grown = model.extended(Catalogue(("new", *ITEMS), ("red apple!", *FOUR.texts), (FOUR.traits[0], *FOUR.traits)))
    assert grown.items == (*ITEMS, "new") and model.items == ITEMS
    score = grown.score(seen([0], [1], [4]))
    assert score[:, 4] == pytest.approx(score[:, 0]) and score[2] == pytest.approx(score[0], nan_ok=True)
    assert score[:2, :4] == pytest.approx(model.score(seen([0], [1])), nan_ok=True)
    assert model.extended(FOUR) is model and grown.notes == model.notes


def test_it_comes_back_from_disk_and_repeats(tmp_path):
    log, catalogue = topics.log(), topics.catalogue()
    model = TfIdf.fit(log, catalogue, seed=1)
    registry.save(model, tmp_path)
    again = registry.load(tmp_path).ranker
    history = log.histories(np.arange(60), np.full(60, len(log)))
    assert again.score(history).tolist() == model.score(history).tolist()
    assert TfIdf.fit(log, catalogue, seed=1).score(history).tolist() == model.score(history).tolist()
    more = Catalogue(("new",), ("Artikel",), (frozenset({"point:1"}),))
    assert again.extended(more).score(history).tolist() == model.extended(more).score(history).tolist()


def test_what_it_lacks_is_said():
    with pytest.raises(Invalid, match="tfidf needs items with a text or traits"):
        TfIdf.fit(EMPTY)
    with pytest.raises(Invalid, match="none of these has any"):
        TfIdf.fit(EMPTY, Catalogue(("other",), ("text",), (frozenset(),)))
    with pytest.raises(Invalid, match="half_life above 0"):
        TfIdf.Settings(half_life=0)
    one = log_of([("a", "u", 0.0, 1.0)])
    assert TfIdf.fit(one, FOUR).score(seen([0])) == pytest.approx(1)
