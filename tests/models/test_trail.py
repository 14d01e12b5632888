"""What is remembered of answers, number by number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.trail import FADING, PRACTICE, Trail, practised
from tests.models.courses import few


def after(answers: list[tuple[int, bool]], points: int = 3) -> np.ndarray:
    practice = np.zeros((1, points, PRACTICE), dtype=np.float32)
    for point, right in answers:
        practice = practised(practice, np.array([point]), np.array([right]))
    return practice[0]


def test_a_few_answers_by_hand() -> None:
    found = after([(0, True), (2, False), (0, True), (0, False)])
    # last right, last wrong, log(1 + rights), log(1 + wrongs), 0.8 ^ answers since, the very last
    assert found[0] == pytest.approx([0, 1, np.log(3), np.log(2), 1, 1])
    assert found[1] == pytest.approx([0, 0, 0, 0, 0, 0])
    assert found[2] == pytest.approx([0, 1, 0, np.log(2), 0.8**2, 0])


def test_learners_do_not_mix_and_who_did_nothing_stays() -> None:
    practice = np.random.default_rng(0).random((3, 4, PRACTICE)).astype(np.float32)
    before = practice.copy()
    found = practised(practice, np.array([1, -1, 3]), np.array([True, True, False]))
    assert np.array_equal(practice, before), "the argument is nobody's to change"
    assert np.array_equal(found[1], before[1])
    for row, point, right in ((0, 1, True), (2, 3, False)):
        alone = practised(before[row : row + 1], np.array([point]), np.array([right]))
        assert np.array_equal(found[row], alone[0])


@few
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_any_answers_by_a_plain_count(answers) -> None:
    found = after(answers)
    for point in range(3):
        mine = [right for asked, right in answers if asked == point]
        since = next((ago for ago, (asked, _) in enumerate(reversed(answers)) if asked == point), None)
        expected = [
            mine[-1:] == [True],
            mine[-1:] == [False],
            np.log1p(mine.count(True)),
            np.log1p(mine.count(False)),
            0 if since is None else FADING**since,
            since == 0,
        ]
        assert found[point] == pytest.approx([float(value) for value in expected], abs=1e-5)


def test_some_of_the_learners_in_any_order() -> None:
    draw = np.random.default_rng(0)
    trail = Trail(draw.random((4, 3, PRACTICE)), draw.random((4, 5)), np.arange(4.0))
    some = trail[np.array([2, 0, 2])]
    assert (len(trail), len(some)) == (4, 3)
    assert some.left.tolist() == [2, 0, 2]
    assert np.array_equal(some.practice[1], trail.practice[0])
    assert np.array_equal(some.memory[2], trail.memory[2])
