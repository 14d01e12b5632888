"""LightGCN: it finds planted groups and an order in them, serves unseen learners, and stands nasty logs."""

import numpy as np
import pytest

from graph.errors import Invalid
from models.rankers.convolution import Settings
from models.rankers.lightgcn import LightGCN
from models.rankers.log import NOTHING, History, log_of
from models.rankers.measures import evaluate
from models.rankers.trial import leave_last_out

SMALL = Settings(factors=16, epochs=10, steps=10, least=64)
GROUPS, SIZE = 4, 10


def planted(seed=0, learners=120, events=6):
    """Each learner stays in one group of items and picks at random in it; group 0 is three times as popular."""
    draw = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        group = draw.choice(GROUPS, p=[0.5, 1 / 6, 1 / 6, 1 / 6])
        for place, item in enumerate(draw.permutation(SIZE)[:events]):
            rows.append((f"l{learner}", f"{group}-{item}", learner + place / 10, 1.0))
    return log_of(rows, tuple(f"{group}-{item}" for group in range(GROUPS) for item in range(SIZE)))


def history_of(*items) -> History:
    row = np.array([items], dtype=np.int64)
    return History(row, np.zeros(row.shape, np.float32), np.ones(row.shape, np.float32))


@pytest.fixture(scope="module")
def fitted():
    return LightGCN.fit(planted(), settings=SMALL)


@pytest.mark.training
@pytest.mark.parametrize("loss", ["softmax", "bpr"])
def test_it_finds_planted_groups_where_popularity_cannot(loss):
    trial = leave_last_out(planted())
    made = LightGCN.fit(trial.training, settings=Settings(factors=16, epochs=10, steps=10, least=64, loss=loss))
    popular = np.bincount(trial.training.item, minlength=GROUPS * SIZE)
    position = [1 + (popular > popular[target]).sum() for target in trial.target]
    by_popularity = np.mean([1 / np.log2(1 + rank) if rank <= 10 else 0 for rank in position])
    found = evaluate(made, trial, timed=1).figures()
    # five of a group's ten items are left: NDCG@10 of a random order of them is 0.59
    assert found["ndcg10"] > 0.5 > 0.35 > by_popularity and found["hit10"] > 0.9


@pytest.mark.training
def test_it_learns_that_the_latest_event_counts_most():
    draw = np.random.default_rng(0)
    walks = [np.cumsum([draw.integers(20), *draw.choice([1, 2], 11)]) % 20 for _ in range(150)]
    log = log_of([(f"l{n}", f"i{i:02}", n + k / 100, 1.0) for n, walk in enumerate(walks) for k, i in enumerate(walk)])
    made = LightGCN.fit(log, settings=Settings(factors=16, epochs=20, steps=10, least=64, recency=1.0, longest=12))
    assert made.weight[-1] > 3 * made.weight[:-3].max()


@pytest.mark.training
def test_a_new_learner_is_served_by_history_alone(fitted):
    score = fitted.score(history_of(NOTHING, 21, 23))[0]
    assert set(np.argsort(-score)[:8].tolist()) <= set(range(20, 30))
    assert np.isnan(fitted.score(history_of(NOTHING, NOTHING))).all(), "no opinion without a history"


@pytest.mark.training
def test_candidates_score_as_in_the_full_list_and_parameters_make_the_same_ranker(fitted):
    history = history_of(*([NOTHING] * 60), 5, 12, 5)
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
    log = log_of([(f"l{n % 7}", f"i{n % 5}", float(n), np.nan) for n in range(40)], tuple(f"i{n}" for n in range(8)))
    made = LightGCN.fit(log, settings=SMALL)
    score = made.score(history_of(1, 6))
    assert np.isnan(score[0, 5:]).all() and np.isfinite(score[0, :5]).all()
    assert np.isnan(made.score(history_of(6, 7))).all()


@pytest.mark.training
@pytest.mark.parametrize(
    "events", [[("a", "u", 1.0), ("a", "u", 2.0)], [("a", "u", 1.0), ("a", "v", 1.0), ("b", "w", 1.0)]]
)
def test_it_stands_tiny_logs(events):
    log = log_of([(*event, 1.0) for event in events])
    assert np.isfinite(LightGCN.fit(log, settings=SMALL).score(history_of(0))).all()


@pytest.mark.parametrize("events", [[], [("a", "u", 1.0, 1.0), ("b", "u", 2.0, 1.0)]])
def test_a_log_without_a_second_event_is_refused(events):
    with pytest.raises(Invalid, match="two events"):
        LightGCN.fit(log_of(events, ("u",)))
