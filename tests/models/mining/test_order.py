"""The order test: counts by hand and against a loop, chance, and p-values where nothing depends on anything."""

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import binomtest

from models.mining.clock import Clock
from models.mining.order import Order, chance, earlier, order_of, places
from tests.models.courses import few
from tests.models.mining.logs import any_log, independent, log_of

NAN = float("nan")


def test_who_came_first():
    log = log_of([(0, 0, 0, 1), (0, 1, 0, 2), (1, 0, 0, 3), (1, 1, 0, 0), (2, 0, 0, 1), (2, 1, 0, NAN)], 2)
    assert earlier(Clock.of(log)).tolist() == [[0, 1], [1, 0]]


@few
@given(any_log())
def test_counts_as_a_loop_has_them(log):
    when = {
        (who, what): -np.inf if at <= since else at
        for who, what, at, since in zip(log.learner, log.point, log.at, log.since, strict=True)
        if not np.isnan(at)
    }
    expected = np.zeros((4, 4))
    for (who, i), first in when.items():
        for (other, j), second in when.items():
            expected[i, j] += who == other and first < second
    assert (earlier(Clock.of(log)) == expected).all()


@few
@given(any_log())
def test_chances_of_the_two_orders_add_up(log):
    p = chance(Clock.of(log))
    assert np.allclose(p + p.T, 1)
    shares = places(Clock.of(log)).sum(axis=1)
    assert np.allclose(shares[shares > 0], 1)


def test_the_binomial_tail():
    order = Order(np.array([[0, 8.0], [2.0, 0]]), np.array([[0, 5.0], [5.0, 0]]))
    assert order.p_values()[0, 1] == pytest.approx(binomtest(8, 10, 0.5, alternative="greater").pvalue)
    assert order.p_values()[0, 0] == 1


def test_a_fixed_order_is_no_evidence():
    rows = [(who, point, point, point + 0.5) for who in range(60) for point in range(5)]
    order = order_of(Clock.of(log_of(rows, 5)))
    assert order.first[0, 4] == 60
    assert order.p_values().min() > 0.9


def test_no_more_small_p_values_than_chance_has():
    shares = []
    for seed in range(5):
        order = order_of(Clock.of(independent(400, 12, seed)))
        p = order.p_values()[~np.eye(12, dtype=bool)]
        shares.append([(p <= level).mean() for level in (0.01, 0.05, 0.2)])
    assert (np.mean(shares, axis=0) <= [0.02, 0.06, 0.22]).all()
