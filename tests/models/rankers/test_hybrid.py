"""The hybrid: weights by hand, and that it takes from each part what the other lacks."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers import registry
from models.rankers.base import VectorRanker, mask_known_items
from models.rankers.content import TfIdf
from models.rankers.evaluation import evaluate_ranker, split_by_time
from models.rankers.hybrid import Hybrid, HybridSettings, mix_scores, standardise_scores
from models.rankers.interactions import Catalogue, build_interaction_log
from tests.models.rankers import topics
from tests.models.rankers.topics import seen

NAN = np.nan


class Together(VectorRanker):
    """A small collaborative ranker: how often two items were done by the same learners."""

    name = "together"

    @classmethod
    def fit(cls, log, catalogue=None, settings=None, seed=0):
        done = log.matrix.sign()
        counts = (done.T @ done).toarray() / np.sqrt(np.maximum(1, done.sum(axis=0)))
        return cls(log.items, np.where(mask_known_items(log)[:, None], counts, NAN))

    def encode_learners(self, history):
        mine = history.matrix(len(self.items)).toarray()
        return np.where(history.is_event.any(axis=1)[:, None], mine, NAN)

    def predict_outcome(self, history, candidates):
        return np.where(history.is_event.any(axis=1)[:, None], 0.75, NAN) * np.ones(candidates.shape)

    def parameters(self):
        return {"vectors": self.vectors, "name": np.array("together")}

    @classmethod
    def from_parameters(cls, items, parameters):
        return cls(items, parameters["vectors"])


@pytest.fixture(autouse=True)
def listed(monkeypatch):
    monkeypatch.setitem(registry.RANKERS, "together", registry.RankerEntry(__name__, "Together", "test", ""))


def settings(**changes):
    return HybridSettings(**{"collaborative": "together", "content": "tfidf", **changes})


@pytest.fixture(scope="module")
def tastes():
    """Of two topics' items, taste decides which half a learner likes: words do not tell of it, other learners do.

    Some items come out when all others have been done for long.
    """
    catalogue, random = topics.catalogue(24), np.random.default_rng(0)
    events = []
    for learner in range(90):
        topic, half = learner % 5, learner % 2
        places = [2 * place + half for place in random.permutation(10)] + [20 + 2 * random.integers(2) + half]
        for day, place in enumerate(places[:8] + places[-1:]):
            at = 100.0 if day == 8 else day
            events.append((f"l{learner}", catalogue.items[5 * place + topic], at + random.random(), 1.0))
    return build_interaction_log(events, catalogue.items), catalogue


def test_the_weight_of_the_collaborative_part_by_hand():
    chosen = settings(weight=0.6, learner_events=4.0, item_events=1.0)
    found = chosen.share(np.array([0, 4, 12]), np.array([0, 1, 3]))
    assert found == pytest.approx(np.array([[0, 0, 0], [0, 0.15, 0.225], [0, 0.225, 0.3375]]))
    many = chosen.share(np.array([10**9]), np.array([10**9]))
    assert many == pytest.approx(0.6)


def test_standardised_scores_by_hand():
    score = np.array([[1.0, 3.0, NAN], [5.0, 5.0, 5.0], [NAN] * 3], dtype=np.float32)
    assert standardise_scores(score) == pytest.approx(np.array([[-1, 1, NAN], [0, 0, 0], [NAN] * 3]), nan_ok=True)
    assert standardise_scores(1e6 * score + 7)[0, :2] == pytest.approx([-1, 1])


def test_an_item_that_one_part_does_not_know_has_the_other_score():
    one, other = np.array([[2.0, NAN, 2.0, NAN]]), np.array([[0.0, 1.0, NAN, NAN]])
    assert mix_scores(one, other, np.full((1, 4), 0.25)) == pytest.approx(np.array([[0.5, 1, 2, NAN]]), nan_ok=True)


def test_it_beats_both_parts_and_what_is_popular(tastes):
    log, catalogue = tastes
    trial = split_by_time(log, 0.3)
    hybrid = evaluate_ranker(Hybrid.fit(trial.training, catalogue, settings()), trial)
    content = evaluate_ranker(TfIdf.fit(trial.training, catalogue), trial)
    others = evaluate_ranker(Together.fit(trial.training), trial)
    popular = evaluate_ranker(topics.Popular(trial.training), trial)
    cold = trial.cold_item
    assert 50 < cold.sum() < len(trial) - 50
    best = max(each.figures()["ndcg10"] for each in (content, others, popular))
    assert hybrid.figures()["ndcg10"] > best + 0.02
    assert hybrid.figures(~cold)["ndcg10"] > content.figures(~cold)["ndcg10"] + 0.05
    assert hybrid.figures(cold)["ndcg10"] > others.figures(cold)["ndcg10"] + 0.3


def test_its_weights_are_chosen_on_the_log(tastes):
    log, catalogue = tastes
    warm = log.take(log.days < 50)
    assert Hybrid.fit(warm, catalogue, settings()).settings.weight >= 0.5
    fixed = settings(choose=False, weight=0.3, learner_events=2.0)
    assert Hybrid.fit(warm, catalogue, fixed).settings == fixed
    follow = topics.wandering(0.9, own=False)
    assert Hybrid.fit(follow, topics.catalogue(40), settings()).settings.weight <= 0.4


def test_candidates_score_as_among_all_and_nobody_gets_no_opinion(tastes):
    log, catalogue = tastes
    model = Hybrid.fit(log, catalogue, settings(choose=False))
    history = seen([0, 5], [], [1])
    few = np.array([[3, 119], [2, 2], [NO_INDEX, 1]])
    whole = model.score(history)
    assert np.isnan(whole[1]).all() and not np.isnan(whole[0]).all()
    found = model.score(history, few)
    assert found[few >= 0] == pytest.approx(np.take_along_axis(whole, few, 1)[few >= 0], nan_ok=True)


def test_an_item_newer_than_the_fit_is_scored_by_content_alone(tastes):
    log, catalogue = tastes
    model = Hybrid.fit(log, catalogue, settings(choose=False))
    more = Catalogue(("new", "mute"), (f"{topics.TOPICS[0]}, Teil 0", ""), (catalogue.traits[0], frozenset()))
    grown = model.extend(more)
    assert grown.items == (*catalogue.items, "new", "mute") and model.items == catalogue.items
    history = seen([0, 5], [120], [121])
    score, content = grown.score(history), standardise_scores(grown.content.score(history))
    assert score[:, 120:] == pytest.approx(content[:, 120:], nan_ok=True) and score[0, 120] > 0
    assert score[1] == pytest.approx(content[1], nan_ok=True), "who did the new item alone"
    assert np.isnan(score[2]).all()
    assert grown.predict_outcome(history, np.array([[0, 120]] * 3)) == pytest.approx(
        np.array([[0.75, NAN], [NAN, NAN], [NAN, NAN]]), nan_ok=True
    )


def test_it_comes_back_from_disk_and_repeats(tastes, tmp_path):
    log, catalogue = tastes
    more = Catalogue(("new",), ("Artikel",), (frozenset({"point:1"}),))
    history = log.histories(np.arange(90), np.full(90, len(log)))
    for model in (Hybrid.fit(log, catalogue, settings()), Hybrid.fit(log, catalogue, settings()).extend(more)):
        registry.save_ranker(model, tmp_path)
        again = registry.load_saved_ranker(tmp_path).ranker
        assert again.items == model.items and again.settings == model.settings
        assert np.array_equal(again.score(history), model.score(history), equal_nan=True)
    one, two = (Hybrid.fit(log, catalogue, settings(), seed=3) for _ in range(2))
    assert one.settings == two.settings and one.score(history).tolist() == two.score(history).tolist()


def test_what_it_lacks_is_said(tastes):
    log, catalogue = tastes
    with pytest.raises(Invalid, match="tfidf needs items"):
        Hybrid.fit(log, None, settings())
    with pytest.raises(Invalid, match="weight lies in 0–1"):
        settings(weight=1.5)
    with pytest.raises(Invalid, match="no ranker"):
        Hybrid.fit(log, catalogue, settings(collaborative="nobody"))
    one = Hybrid.fit(log.take(slice(0, 1)), catalogue, settings())
    assert np.isfinite(one.score(seen([int(log.item[0])]))[0, int(log.item[0])])
