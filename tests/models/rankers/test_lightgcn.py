"""LightGCN: it finds planted groups and an order in them, serves unseen learners, and stands nasty logs.

The convolution against plain matrices, its gradient against a plain backward pass, the losses against each other.
"""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from graph.errors import Invalid
from models.arrays import NO_INDEX
from models.rankers.evaluation import evaluate_ranker, split_last_event
from models.rankers.interactions import InteractionHistory, build_interaction_log
from models.rankers.lightgcn import (
    LightGCN,
    LightGCNSettings,
    LightGraphConvolution,
    _accumulate_gradients,
    _find_following_events,
    _SoftmaxLoss,
)

DRAW = np.random.default_rng(0)
LOG = build_interaction_log([(f"l{DRAW.integers(9)}", f"i{DRAW.integers(12)}", float(day), 1.0) for day in range(80)])
SETTINGS = LightGCNSettings(factors=5, layers=3, longest=6)


def network():
    torch.manual_seed(0)
    return LightGraphConvolution(LOG, SETTINGS)


def test_layers_are_what_plain_matrices_give():
    made = network()
    graph = (LOG.matrix.toarray() > 0).astype(float)
    graph /= np.sqrt(graph.sum(axis=1, keepdims=True)) * np.sqrt(graph.sum(axis=0, keepdims=True))
    item = made.item.detach().numpy()
    items, learners = [item], [graph @ item]
    for _ in range(3):
        items, learners = [*items, graph.T @ learners[-1]], [*learners, graph @ items[-1]]
    found, sources = (each.detach().numpy() for each in made())
    assert found == pytest.approx(np.mean(items, axis=0), abs=1e-6)
    done = (LOG.matrix.toarray() > 0) / np.sqrt((LOG.matrix.toarray() > 0).sum(axis=1, keepdims=True))
    assert done @ sources == pytest.approx(np.mean(learners, axis=0), abs=1e-6)


def test_a_step_adds_the_gradient_of_the_whole_loss():
    chunked, plain = network(), network()
    rows, loss = _find_following_events(LOG), _SoftmaxLoss(LOG, 0)
    _accumulate_gradients(chunked, LOG, rows, loss, SETTINGS)
    items, sources = plain()
    events = rows.numpy()
    history = torch.as_tensor(LOG.histories(LOG.learner[events], events, 6).item)
    target = torch.as_tensor(LOG.item[events])
    whole = cross_entropy(plain.encode_learners(history, sources) @ items.T, target)
    (whole + SETTINGS.weight_decay * plain.item.square().sum() / len(plain.item)).backward()
    for one, other in zip(chunked.parameters(), plain.parameters(), strict=True):
        assert one.grad.numpy() == pytest.approx(other.grad.numpy(), abs=1e-6)


def test_only_events_with_a_past_are_learnt_from():
    first = {int(np.flatnonzero(LOG.learner == learner)[0]) for learner in range(len(LOG.learners))}
    assert set(_find_following_events(LOG).tolist()) == set(range(len(LOG))) - first


def test_a_drawn_softmax_is_on_average_near_the_full_one():
    torch.manual_seed(1)
    events = [(f"l{n}", f"i{int(item)}", float(n), 1.0) for n, item in enumerate(DRAW.integers(0, 300, 3000))]
    log = build_interaction_log(events)
    learners, items = torch.randn(64, 4) * 0.5, torch.randn(len(log.items), 4) * 0.5
    target = torch.as_tensor(log.item[:64])
    full, drawn = _SoftmaxLoss(log, 0), _SoftmaxLoss(log, 100)
    assert not _SoftmaxLoss(log, 150).negatives, "not worth drawing"
    mean = torch.stack([drawn(learners, items, target) for _ in range(50)]).mean()
    assert float(mean) == pytest.approx(float(full(learners, items, target)), rel=0.01)


SMALL = LightGCNSettings(factors=16, epochs=10, steps=10, min_batch_events=64)
GROUPS, SIZE = 4, 10


def planted(seed=0, learners=120, events=6):
    """Each learner stays in one group of items and picks at random in it; group 0 is three times as popular."""
    draw = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        group = draw.choice(GROUPS, p=[0.5, 1 / 6, 1 / 6, 1 / 6])
        for place, item in enumerate(draw.permutation(SIZE)[:events]):
            rows.append((f"l{learner}", f"{group}-{item}", learner + place / 10, 1.0))
    return build_interaction_log(rows, tuple(f"{group}-{item}" for group in range(GROUPS) for item in range(SIZE)))


def history_of(*items) -> InteractionHistory:
    row = np.array([items], dtype=np.int64)
    return InteractionHistory(row, np.zeros(row.shape, np.float32), np.ones(row.shape, np.float32))


@pytest.fixture(scope="module")
def fitted():
    return LightGCN.fit(planted(), settings=SMALL)


@pytest.mark.training
@pytest.mark.parametrize("loss", ["softmax", "bpr"])
def test_it_finds_planted_groups_where_popularity_cannot(loss):
    trial = split_last_event(planted())
    made = LightGCN.fit(
        trial.training, settings=LightGCNSettings(factors=16, epochs=10, steps=10, min_batch_events=64, loss=loss)
    )
    popular = np.bincount(trial.training.item, minlength=GROUPS * SIZE)
    position = [1 + (popular > popular[target]).sum() for target in trial.target]
    by_popularity = np.mean([1 / np.log2(1 + rank) if rank <= 10 else 0 for rank in position])
    found = evaluate_ranker(made, trial, timed=1).figures()
    # five of a group's ten items are left: NDCG@10 of a random order of them is 0.59
    assert found["ndcg10"] > 0.5 > 0.35 > by_popularity and found["hit10"] > 0.9


@pytest.mark.training
def test_it_learns_that_the_latest_event_counts_most():
    draw = np.random.default_rng(0)
    walks = [np.cumsum([draw.integers(20), *draw.choice([1, 2], 11)]) % 20 for _ in range(150)]
    log = build_interaction_log(
        [(f"l{n}", f"i{i:02}", n + k / 100, 1.0) for n, walk in enumerate(walks) for k, i in enumerate(walk)]
    )
    made = LightGCN.fit(
        log, settings=LightGCNSettings(factors=16, epochs=20, steps=10, min_batch_events=64, recency=1.0, longest=12)
    )
    assert made.weight[-1] > 3 * made.weight[:-3].max()


@pytest.mark.training
def test_a_new_learner_is_served_by_history_alone(fitted):
    score = fitted.score(history_of(NO_INDEX, 21, 23))[0]
    assert set(np.argsort(-score)[:8].tolist()) <= set(range(20, 30))
    assert np.isnan(fitted.score(history_of(NO_INDEX, NO_INDEX))).all(), "no opinion without a history"


@pytest.mark.training
def test_candidates_score_as_in_the_full_list_and_parameters_make_the_same_ranker(fitted):
    history = history_of(*([NO_INDEX] * 60), 5, 12, 5)
    candidates = np.array([[3, 39, 0, 17]])
    full = fitted.score(history)
    assert fitted.score(history, candidates)[0] == pytest.approx(full[0, candidates[0]], abs=1e-6)
    again = LightGCN.from_parameters(fitted.items, fitted.parameters())
    assert (again.score(history) == full).all()


@pytest.mark.training
def test_it_repeats_from_its_seed():
    one, two, other = (LightGCN.fit(planted(), settings=SMALL, seed=seed).vectors for seed in (1, 1, 2))
    assert (one == two).all() and (one != other).any()


@pytest.mark.training
def test_items_never_done_score_nothing_and_tell_nothing():
    log = build_interaction_log(
        [(f"l{n % 7}", f"i{n % 5}", float(n), np.nan) for n in range(40)], tuple(f"i{n}" for n in range(8))
    )
    made = LightGCN.fit(log, settings=SMALL)
    score = made.score(history_of(1, 6))
    assert np.isnan(score[0, 5:]).all() and np.isfinite(score[0, :5]).all()
    assert np.isnan(made.score(history_of(6, 7))).all()


@pytest.mark.training
@pytest.mark.parametrize(
    "events", [[("a", "u", 1.0), ("a", "u", 2.0)], [("a", "u", 1.0), ("a", "v", 1.0), ("b", "w", 1.0)]]
)
def test_it_stands_tiny_logs(events):
    log = build_interaction_log([(*event, 1.0) for event in events])
    assert np.isfinite(LightGCN.fit(log, settings=SMALL).score(history_of(0))).all()


@pytest.mark.parametrize("events", [[], [("a", "u", 1.0, 1.0), ("b", "u", 2.0, 1.0)]])
def test_a_log_without_a_second_event_is_refused(events):
    with pytest.raises(Invalid, match="two events"):
        LightGCN.fit(build_interaction_log(events, ("u",)))
