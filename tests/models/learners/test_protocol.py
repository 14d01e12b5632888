"""pyKT's cuts by hand, and that every cut keeps every answer once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.learners.protocol import after_first, by_skill, held_out, overlapping, pykt_pieces, pykt_windows
from tests.models.learners.small_logs import random_log, simple_log


def words(log):
    """The log as `simple_log` takes it."""
    letters = [
        log.skills[skill].upper() if right else log.skills[skill]
        for skill, right in zip(log.skill[:, 0], log.right, strict=True)
    ]
    return ["".join(letters[start:end]) for start, end in zip(log.starts[:-1], log.starts[1:], strict=True)]


def test_pieces_by_hand():
    """Of eight answers in pieces of three the last two are too few to stand alone; so is a learner of two."""
    log = simple_log("abcABCab", "ab", "abc", skills="abc")
    pieces = pykt_pieces(log, longest=3)
    assert words(pieces) == ["abc", "ABC", "abc"]
    assert pieces.learners == ("0+0", "0+3", "2+0")
    assert after_first(pieces).tolist() == [False, True, True] * 3


def test_windows_by_hand():
    """Each answer after the third is the last of a window of three; the first of a learner is never scored."""
    windows, scored = pykt_windows(simple_log("abcAB", "ab", "Abc", skills="abc"), longest=3)
    assert words(windows) == ["abc", "bcA", "cAB", "Abc"]
    assert scored.reshape(4, 3).astype(int).tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 1], [0, 1, 1]]


def test_a_row_for_each_skill():
    log = random_log(0)
    rows = by_skill(log)
    assert len(rows.right) == np.maximum((log.skill >= 0).sum(axis=1), 1).sum()
    assert np.array_equal(rows.lengths, np.add.reduceat(np.maximum((log.skill >= 0).sum(axis=1), 1), log.starts[:-1]))
    assert sorted(rows.skill[rows.skill >= 0]) == sorted(log.skill[log.skill >= 0])


@given(st.lists(st.integers(0, 12), max_size=5), st.integers(1, 6), st.integers(0, 5))
def test_every_answer_is_new_once(lengths, longest, context):
    log = simple_log(*["a" * length for length in lengths])
    pieces, rows, new = overlapping(log, longest + context, context)
    assert sorted(rows[new]) == list(range(len(log.right)))
    assert (pieces.lengths <= longest + context).all()
    seen = np.minimum(log.place[rows], context)
    assert (pieces.place[new] >= seen[new]).all(), "as much context as there is"


def test_held_out_learners_are_apart():
    log = random_log(1)
    inside, outside = held_out(log, 0.25, seed=3)
    assert len(outside.learners) == 5
    assert sorted(inside.learners + outside.learners) == sorted(log.learners)
    assert held_out(log, 0.25, seed=3)[1].learners == outside.learners
    assert held_out(simple_log("a", "b", skills="ab"))[1].learners == ()
