"""What peers of the rankers are given, and that what they say of a moment is scored at that moment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares

from benchmarks.recommenders import peers
from benchmarks.recommenders.peers import PEERS, PEERS_FOLDER, ensure_environment, measure_peer, run_worker, write_trial
from models.rankers.evaluation import rank_targets, select_top, split_by_time, split_last_event
from models.rankers.interactions import build_interaction_log

EVENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.integers(0, 20).map(float), st.just(1.0)),
    min_size=2,
    max_size=30,
)
ALS = {"fixed_epochs": 0, "threads": 1, "factors": 4, "regularization": 0.1, "alpha": 1.0, "iterations": 5}


def likings(learners: int = 30, items: int = 12):
    """Learners with events at random, one late learner and one late item."""
    random = np.random.default_rng(3)
    events = [
        (f"l{who}", f"i{what:02}", float(when), 1.0)
        for who in range(learners)
        for when, what in enumerate(random.permutation(items - 1)[:6])
    ]
    late = [("late", "i00", 50.0, 1.0), ("late", "i01", 51.0, 1.0), ("l0", "i11", 52.0, 1.0)]
    return build_interaction_log([*events, *late], tuple(f"i{what:02}" for what in range(items)))


def circle(learners: int = 30, items: int = 8, steps: int = 9):
    """Everyone goes round the same circle, from somewhere."""
    events = [
        (f"l{who}", f"i{(who + step) % items}", step + who / 1000, 1.0)
        for who in range(learners)
        for step in range(steps + who % 3)
    ]
    return build_interaction_log(events, tuple(f"i{what}" for what in range(items)))


@given(EVENTS, st.sampled_from([split_by_time, split_last_event]))
def test_a_worker_is_given_training_and_all_that_was_before_each_moment(tmp_path_factory, events, protocol):
    trial, folder = protocol(build_interaction_log(events)), tmp_path_factory.mktemp("trial")
    write_trial(folder, trial)
    training, moments = np.load(folder / "training.npz"), np.load(folder / "moments.npz")
    assert training["learner"].tolist() == trial.training.learner.tolist()
    assert training["item"].tolist() == trial.training.item.tolist()
    assert (training["learners"], training["items"]) == (len(trial.log.learners), len(trial.log.items))
    assert moments["learner"].tolist() == trial.learner.tolist()
    assert moments["starts"].tolist()[-1] == len(moments["history"])
    for row, (start, end) in enumerate(zip(moments["starts"][:-1], moments["starts"][1:], strict=True)):
        before = slice(0, trial.event[row])
        mine = trial.log.item[before][trial.log.learner[before] == trial.learner[row]]
        assert moments["history"][start:end].tolist() == mine.tolist()


@pytest.mark.parametrize("anew", [False, True])
def test_the_scores_of_implicit_stand_at_their_moments(tmp_path, anew):
    trial = split_by_time(likings(), 0.3)
    write_trial(tmp_path, trial)
    run_worker(ensure_environment("implicit"), PEERS["implicit"], tmp_path, 7, ALS | {"recalculate": anew})
    scores = np.load(tmp_path / "scores.npy")
    model = AlternatingLeastSquares(4, regularization=0.1, alpha=1.0, iterations=5, random_state=7, num_threads=1)
    model.fit(trial.training.matrix, show_progress=False)
    seen = np.bincount(trial.training.item, minlength=12) > 0
    assert not seen[11] and np.isnan(scores[:, ~seen]).all()
    for row in range(len(trial)):
        past = trial.log.histories(trial.learner[[row]], trial.event[[row]]).matrix(12)
        known = past.nnz > 0 if anew else trial.training.lengths[trial.learner[row]] > 0
        mine = model.recalculate_user(0, past) if anew else model.user_factors[trial.learner[row]]
        expected = mine @ model.item_factors.T if known else np.full(12, np.nan)
        np.testing.assert_allclose(scores[row, seen], expected[seen], rtol=1e-4, atol=1e-5)
    assert np.isnan(scores).all(axis=1).any()


def test_a_run_ranks_as_we_do_and_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "RUNS", tmp_path / "runs")
    trial = split_last_event(likings())
    run = measure_peer("implicit", trial, settings={"factors": 4}, seed=1)
    write_trial(tmp_path, trial)
    run_worker(ensure_environment("implicit"), PEERS["implicit"], tmp_path, 1, dict(run.settings))
    scores = np.load(tmp_path / "scores.npy")
    [batch] = trial.batches()
    assert run.result.rank.tolist() == rank_targets(scores, batch.allowed, trial.target).tolist()
    assert run.result.lists.tolist() == select_top(scores, batch.allowed).tolist()
    [kept] = (tmp_path / "runs").iterdir()
    written = kept.stat().st_mtime_ns
    again = measure_peer("implicit", trial, settings={"factors": 4}, seed=1)
    assert (again.train_s, again.versions, again.settings) == (run.train_s, run.versions, run.settings)
    assert again.result.figures() == run.result.figures() and kept.stat().st_mtime_ns == written
    measure_peer("implicit", trial, settings={"factors": 5}, seed=1)
    assert len(list((tmp_path / "runs").iterdir())) == 2


@pytest.mark.training
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("sasrec", {"hidden_size": 16, "inner_size": 32, "hidden_dropout_prob": 0.0, "attn_dropout_prob": 0.0}),
        ("sasrec_rectools", {"n_factors": 16, "n_heads": 1, "dropout_rate": 0.0, "lr": 0.01, "batch_size": 16}),
    ],
)
def test_sequence_peers_learn_a_circle_and_say_so_at_the_right_moments(tmp_path, monkeypatch, name, settings):
    if not (PEERS_FOLDER / PEERS[name].library / "ready").exists():
        pytest.skip(f"{PEERS[name].library} is not installed: python -m benchmarks.recommenders.peers --peers {name}")
    monkeypatch.setattr(peers, "RUNS", tmp_path)
    quick = {"train_batch_size": 64, "learning_rate": 0.01} if PEERS[name].library == "recbole" else {}
    trial = split_last_event(circle(), repeats=True)
    run = measure_peer(name, trial, settings=quick | settings | {"fixed_epochs": 12})
    last = trial.log.histories(trial.learner, trial.event).item[:, -1]
    assert (run.result.lists[:, 0] == (last + 1) % 8).mean() > 0.9
    assert len(run.epoch_s) == 12 and 0 < sum(run.epoch_s) <= run.train_s
