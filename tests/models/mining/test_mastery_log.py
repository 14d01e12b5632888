"""Mastery out of answers: by hand, and against a loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.mining.mastery_log import build_log_from_answers
from tests.models.courses import few


def test_three_in_a_row_and_what_was_known_when_met():
    learner, point = ["a"] * 9, ["x"] * 3 + ["y"] * 6
    log = build_log_from_answers(learner, point, range(9), [1, 1, 1, 1, 0, 1, 1, 1, 0])
    assert log.points == ("x", "y")
    assert log.at.tolist() == [0, 7]
    assert log.since.tolist() == [0, 3]


def test_not_mastered_is_nan_and_rows_may_come_in_any_order():
    log = build_log_from_answers([2, 1, 2], ["x", "x", "x"], [5, 3, 4], [True, True, False], in_a_row=1)
    assert log.learners == 2
    assert log.learner.tolist() == [0, 1]
    assert log.at.tolist() == [3, 5]
    assert np.isnan(build_log_from_answers([1], ["x"], [0], [False]).at).all()


def test_an_empty_record_is_an_empty_log():
    log = build_log_from_answers([], [], [], [])
    assert log.points == ()
    assert log.learners == 0


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=1, max_size=40)


@few
@given(ROWS, st.integers(1, 4))
def test_as_a_loop_has_it(rows, in_a_row):
    learner, point, right = zip(*rows, strict=True)
    log = build_log_from_answers(learner, point, range(len(rows)), right, in_a_row)
    names = sorted(set(learner))
    found = {
        (names[who], int(log.points[what])): at for who, what, at in zip(log.learner, log.point, log.at, strict=True)
    }
    expected: dict[tuple[int, int], float] = {}
    run: dict[tuple[int, int], list[bool]] = {}
    first: dict[tuple[int, int], int] = {}
    for place, (who, what, won) in enumerate(rows):
        key = (who, what)
        first.setdefault(key, place)
        run.setdefault(key, []).append(won)
        if key not in expected and len(run[key]) >= in_a_row and all(run[key][-in_a_row:]):
            expected[key] = first[key] if len(run[key]) == in_a_row else place
    assert found.keys() == first.keys()
    assert all(np.isnan(at) if key not in expected else at == expected[key] for key, at in found.items())
