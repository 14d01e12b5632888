"""Trials: nothing of the future in training, in histories or among the candidates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.rankers.log import log_of
from models.rankers.trial import cut_in_time, leave_last_out

EVENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.integers(0, 20).map(float), st.just(1.0)),
    min_size=2,
    max_size=30,
)
LOG = log_of(
    [(who, what, when, 1.0) for who, what, when in zip("abaaabb", "uuvuwwx", (1, 2, 3, 8, 9, 4, 9.5), strict=True)]
)


@given(EVENTS, st.sampled_from([cut_in_time, leave_last_out]), st.booleans())
def test_nothing_of_the_future_is_seen(events, protocol, repeats):
    log = log_of(events)
    trial = protocol(log, repeats=repeats)
    for batch in trial.batches(3):
        for row, history, allowed in zip(batch.rows, batch.history.item, batch.allowed, strict=True):
            event = trial.event[row]
            past = set(log.item[:event][log.learner[:event] == trial.learner[row]].tolist())
            assert set(history[history >= 0].tolist()) <= past
            assert allowed[trial.target[row]]
            there = set(log.item[log.at <= log.at[event]].tolist())
            assert set(np.flatnonzero(allowed).tolist()) == (there if repeats else there - past)
    if protocol is cut_in_time and len(trial) and len(trial.training):
        assert trial.training.at.max() < log.at[trial.event].min()


def test_each_protocol_asks_about_its_own_events():
    assert cut_in_time(LOG, 0.4).event.tolist() == [5, 6]
    assert cut_in_time(LOG, 0.4, repeats=True).event.tolist() == [4, 5, 6]
    trial = leave_last_out(LOG)
    assert trial.event.tolist() == [5, 6] and len(trial.training) == 5
    assert trial.cold_learner.all() and trial.cold_item.all()
    assert len(cut_in_time(LOG, 0.9, most=2, repeats=True)) == 2
