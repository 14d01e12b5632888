"""Interaction logs: histories against a plain loop, sequences, cuts."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import NO_INDEX
from models.rankers.interactions import MAX_HISTORY, Catalogue, InteractionLog, build_interaction_log

EVENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.integers(0, 9).map(float), st.just(1.0)),
    max_size=25,
)


def plain(log: InteractionLog, learner: int, before: int, longest: int) -> list[int]:
    mine = [int(log.item[event]) for event in range(before) if log.learner[event] == learner][-longest:]
    return [NO_INDEX] * (longest - len(mine)) + mine


@given(EVENTS, st.integers(1, 6), st.data())
def test_histories_are_what_a_plain_loop_finds(events, longest, data):
    log = build_interaction_log(events)
    if not log.learners:
        return
    before = data.draw(st.integers(0, len(log)))
    who = np.arange(len(log.learners))
    found = log.histories(who, np.full(len(who), before), longest)
    assert found.item.tolist() == [plain(log, learner, before, longest) for learner in who]
    assert (found.days >= 0).all()


def test_days_count_from_the_moment_of_asking():
    log = build_interaction_log([("a", "u", 1.0, 1.0), ("a", "v", 4.0, 0.0), ("a", "w", 6.0, 1.0)])
    seen = log.histories(np.array([0]), np.array([2]), 3)
    assert seen.days.tolist() == [[0, 5, 2]] and seen.item.tolist() == [[NO_INDEX, 0, 1]]
    assert np.isnan(seen.outcome[0, 0]) and seen.outcome[0, 1:].tolist() == [1, 0]


@given(EVENTS, st.integers(2, 5))
def test_sequences_hold_every_step_from_one_event_to_the_next(events, longest):
    log = build_interaction_log(events)
    table, whose = log.sequences(longest)
    steps = sorted(
        (int(who), int(a), int(b)) for who, row in zip(whose, table, strict=True) for a, b in pairwise(row) if a >= 0
    )
    alone = []
    for learner in range(len(log.learners)):
        mine = log.item[log.learner == learner].tolist()
        alone += [(learner, a, b) for a, b in pairwise(mine)]
    assert steps == sorted(alone)


def test_a_cut_leaves_equal_times_on_the_earlier_side():
    log = build_interaction_log([("a", "u", float(day), 1.0) for day in (1, 2, 2, 2, 3)])
    earlier, later = log.split(0.4)
    assert earlier.days.tolist() == [1, 2, 2, 2] and later.days.tolist() == [3]


def test_an_empty_log_has_empty_histories():
    log = InteractionLog(("a",), ("u",), *(np.zeros(0, dtype=kind) for kind in (int, int, float, np.float32)))
    assert not log.histories(np.array([0]), np.array([0])).is_event.any()
    assert log.sequences(5)[0].shape == (0, 5) and MAX_HISTORY > 5


def test_a_history_moves_to_other_positions():
    seen = build_interaction_log([("a", "u", 1.0, 1.0), ("a", "v", 2.0, 1.0)]).histories(
        np.array([0]), np.array([2]), 3
    )
    assert seen.reindex(np.array([NO_INDEX, 7])).item.tolist() == [[NO_INDEX, NO_INDEX, 7]]
    assert seen.reindex(np.array([7, NO_INDEX])).item.tolist() == [[NO_INDEX, NO_INDEX, 7]]
    assert seen.reindex(np.array([7, NO_INDEX])).days[0, 2] == seen.days[0, 1]
    assert seen.matrix(2).toarray().tolist() == [[1, 1]]


def test_a_catalogue_tells_one_kind_of_trait():
    items = Catalogue(("u", "v"), ("", ""), (frozenset({"level:A2", "kind:video"}), frozenset({"kind:lesson"})))
    assert items.codes("level") == (("level:A2",), pytest.approx([0, NO_INDEX]))
