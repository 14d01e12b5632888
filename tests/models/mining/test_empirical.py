"""The empirical null: by hand, where nothing is there, and with prerequisites in the tail."""

import numpy as np
import pytest
from scipy.special import ndtr

from models.mining.clock import Clock
from models.mining.empirical import FEWEST, scale, widened
from models.mining.mine import mine
from models.mining.order import Order, order_of
from tests.models.mining.logs import chained, independent


def test_scale_by_hand():
    """Quartiles of −4 … 4 in steps of 2 are −2 and 2; NaN tells nothing; the test's own spread is the least."""
    z = np.array([-4, -2, 0, np.nan, 2, 4.0])
    assert scale(z.repeat(FEWEST)) == pytest.approx(4 / 1.349)
    assert scale(z.repeat(FEWEST) / 10) == 1
    assert scale(z) == 1
    assert scale(np.array([np.nan])) == 1


def test_twice_the_spread_halves_z():
    assert widened(ndtr(np.array([-4.0, 0.0, 3.0])), 2.0) == pytest.approx(ndtr([-2.0, 0.0, 1.5]))
    assert widened(np.array([0.0, 1.0]), 2.0).tolist() == [0, 1]


def test_p_values_are_uniform_however_far_all_pairs_stray():
    draw = np.random.default_rng(0)
    z = 3 * draw.normal(size=20_000)
    z[:1000] += 30
    p = widened(ndtr(-z), scale(z))[1000:]
    assert [(p <= level).mean() for level in (0.05, 0.2, 0.5)] == pytest.approx([0.05, 0.2, 0.5], abs=0.02)


def test_order_in_standard_deviations():
    """30 of 40 where chance has 20: √10 is one; 4 of 4 where it has 3.9 tells nothing."""
    first = np.array([[0, 30, 4], [10, 0, 0], [0, 0, 0.0]])
    expected = np.array([[0, 20, 3.9], [20, 0, 0], [0.1, 0, 0]])
    z = Order(first, expected).z
    assert z[0, 1] == pytest.approx(10 / np.sqrt(10))
    assert z[1, 0] == -z[0, 1]
    assert np.isnan(z[0, 2])


def test_independent_orders_are_left_as_they_are_and_a_chain_is_still_found():
    order = order_of(Clock.of(independent(500, 20, 0)))
    tested = order.both >= 20
    assert order.beyond(tested) == pytest.approx(order.p_values()[tested], abs=0.1)
    assert len(mine(chained(1000, 1)).before) == 2
