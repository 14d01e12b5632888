"""The starting level, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.diagnostic import starting_level
from tests.models.courses import few


def test_starting_level_by_hand():
    right, answers = np.array([2.0, 1.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0, 0.0])
    level, spread = starting_level(right, answers)
    # (right + 0.25 · 0.1) / (answers + 0.25)
    assert level == pytest.approx([0.9, 1.025 / 2.25, 0.025 / 2.25, 0.1])
    assert spread[0] == pytest.approx(np.sqrt(0.9 * 0.1 / 3.25))
    assert spread[1] == pytest.approx(np.sqrt(0.455556 * 0.544444 / 3.25), abs=1e-5)
    assert spread[3] == pytest.approx(np.sqrt(0.1 * 0.9 / 1.25))


@few
@given(st.integers(0, 20), st.integers(0, 20))
def test_more_right_answers_never_lower_the_level(right, more):
    answers = np.array([40.0])
    low, _ = starting_level(np.array([float(right)]), answers)
    high, _ = starting_level(np.array([float(right + more)]), answers)
    assert 0 <= low[0] <= high[0] <= 1
