"""The order test: counts by hand and against a loop, chance, and p-values where nothing depends on anything.

The dependence test: by hand, against scipy, and p-values where nothing depends on anything.

The empirical null: by hand, where nothing is there, and with prerequisites in the tail.
"""

import numpy as np
import pytest
from hypothesis import given
from scipy.special import ndtr
from scipy.stats import binomtest, fisher_exact, kstest

from models.mining.precedence import (
    MIN_NULL_PAIRS,
    ContingencyTable,
    OrderCounts,
    StratifiedLog,
    compute_order_chance,
    compute_order_distribution,
    count_earlier,
    count_orders,
    estimate_null_scale,
    measure_dependence,
    rank_quickness,
    summarize_table,
    widen_p_values,
)
from models.mining.prerequisites import mine_prerequisites
from tests.models.courses import few
from tests.models.mining.logs import any_log, chained, independent, log_of

NAN = float("nan")


def test_one_table_by_hand():
    """6 of 8 with i master j, 1 of 8 without: expected 3.5, variance 8·8·7·9 / (16²·15) = 1.05."""
    found = summarize_table(ContingencyTable(*(np.array([value]) for value in (6.0, 8.0, 7.0, 16.0))))
    assert found.excess[0] == pytest.approx(2.5)
    assert found.variance[0] == pytest.approx(1.05)
    assert found.lift[0] == pytest.approx(6)
    assert found.z[0] == pytest.approx(2 / np.sqrt(1.05))


def test_near_fishers_exact_test_in_one_stratum():
    rows = [(who, 0, 0, 1 if who < 20 else NAN) for who in range(40)]
    rows += [(who, 1, 0, 2 if who < 14 or who > 35 else NAN) for who in range(40)]
    p = measure_dependence(StratifiedLog.from_log(log_of(rows, 2))).p_values()[0, 1]
    exact = fisher_exact([[14, 6], [4, 16]], alternative="greater").pvalue
    assert p == pytest.approx(exact, rel=0.35)


@few
@given(any_log())
def test_tables_as_a_loop_has_them(log):
    worked, won = np.zeros((2, log.learners, 4), dtype=bool)
    worked[log.learner, log.point] = True
    won[log.learner, log.point] = ~np.isnan(log.at)
    found = measure_dependence(StratifiedLog.from_log(log))
    for i in range(4):
        for j in range(4):
            both = worked[:, i] & worked[:, j]
            n, n1, d, a = (part.sum() for part in (both, both & won[:, i], both & won[:, j], won[:, i] & won[:, j]))
            assert found.excess[i, j] == pytest.approx(a - d * n1 / max(n, 1))


def test_quickness_ranks_the_rows_of_a_point():
    log = log_of([(0, 0, 0, 0), (1, 0, 0, 5), (2, 0, 0, 5), (3, 0, 0, NAN)], 1)
    assert rank_quickness(log).tolist() == [0.375, 0.0, 0.0, -0.375]


def test_p_values_are_uniform_where_nothing_depends_on_anything():
    p = []
    for seed in range(6):
        found = measure_dependence(StratifiedLog.from_log(independent(500, 10, seed), fewest=1000))
        i, j = np.triu_indices(10, 1)
        p += found._replace(excess=found.excess + 0.5).p_values()[i, j].tolist()
    assert kstest(p, "uniform").pvalue > 0.001


def test_strata_make_no_more_small_p_values_than_chance_has():
    """Strata are made of the outcomes themselves, which makes the test careful where points are few."""
    shares = []
    for seed in range(4):
        p = measure_dependence(StratifiedLog.from_log(independent(500, 30, seed), 10, 10)).p_values()[
            np.triu_indices(30, 1)
        ]
        shares.append([(p <= level).mean() for level in (0.01, 0.05, 0.2)])
    assert (np.mean(shares, axis=0) <= [0.015, 0.06, 0.22]).all()


def test_scale_by_hand():
    """Quartiles of −4 … 4 in steps of 2 are −2 and 2; NaN tells nothing; the test's own spread is the least."""
    z = np.array([-4, -2, 0, np.nan, 2, 4.0])
    assert estimate_null_scale(z.repeat(MIN_NULL_PAIRS)) == pytest.approx(4 / 1.349)
    assert estimate_null_scale(z.repeat(MIN_NULL_PAIRS) / 10) == 1
    assert estimate_null_scale(z) == 1
    assert estimate_null_scale(np.array([np.nan])) == 1


def test_twice_the_spread_halves_z():
    assert widen_p_values(ndtr(np.array([-4.0, 0.0, 3.0])), 2.0) == pytest.approx(ndtr([-2.0, 0.0, 1.5]))
    assert widen_p_values(np.array([0.0, 1.0]), 2.0).tolist() == [0, 1]


def test_p_values_are_uniform_however_far_all_pairs_stray():
    draw = np.random.default_rng(0)
    z = 3 * draw.normal(size=20_000)
    z[:1000] += 30
    p = widen_p_values(ndtr(-z), estimate_null_scale(z))[1000:]
    assert [(p <= level).mean() for level in (0.05, 0.2, 0.5)] == pytest.approx([0.05, 0.2, 0.5], abs=0.02)


def test_order_in_standard_deviations():
    """30 of 40 where chance has 20: √10 is one; 4 of 4 where it has 3.9 tells nothing."""
    first = np.array([[0, 30, 4], [10, 0, 0], [0, 0, 0.0]])
    expected = np.array([[0, 20, 3.9], [20, 0, 0], [0.1, 0, 0]])
    z = OrderCounts(first, expected).z
    assert z[0, 1] == pytest.approx(10 / np.sqrt(10))
    assert z[1, 0] == -z[0, 1]
    assert np.isnan(z[0, 2])


def test_independent_orders_are_left_as_they_are_and_a_chain_is_still_found():
    order = count_orders(StratifiedLog.from_log(independent(500, 20, 0)))
    tested = order.both >= 20
    assert order.null_p_values(tested) == pytest.approx(order.p_values()[tested], abs=0.1)
    assert len(mine_prerequisites(chained(1000, 1)).before) == 2


def test_who_came_first():
    log = log_of([(0, 0, 0, 1), (0, 1, 0, 2), (1, 0, 0, 3), (1, 1, 0, 0), (2, 0, 0, 1), (2, 1, 0, NAN)], 2)
    assert count_earlier(StratifiedLog.from_log(log)).tolist() == [[0, 1], [1, 0]]


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
    assert (count_earlier(StratifiedLog.from_log(log)) == expected).all()


@few
@given(any_log())
def test_chances_of_the_two_orders_add_up(log):
    p = compute_order_chance(StratifiedLog.from_log(log))
    assert np.allclose(p + p.T, 1)
    shares = compute_order_distribution(StratifiedLog.from_log(log)).sum(axis=1)
    assert np.allclose(shares[shares > 0], 1)


def test_the_binomial_tail():
    order = OrderCounts(np.array([[0, 8.0], [2.0, 0]]), np.array([[0, 5.0], [5.0, 0]]))
    assert order.p_values()[0, 1] == pytest.approx(binomtest(8, 10, 0.5, alternative="greater").pvalue)
    assert order.p_values()[0, 0] == 1


def test_a_fixed_order_is_no_evidence():
    rows = [(who, point, point, point + 0.5) for who in range(60) for point in range(5)]
    order = count_orders(StratifiedLog.from_log(log_of(rows, 5)))
    assert order.first[0, 4] == 60
    assert order.p_values().min() > 0.9


def test_no_more_small_p_values_than_chance_has():
    shares = []
    for seed in range(5):
        order = count_orders(StratifiedLog.from_log(independent(400, 12, seed)))
        p = order.p_values()[~np.eye(12, dtype=bool)]
        shares.append([(p <= level).mean() for level in (0.01, 0.05, 0.2)])
    assert (np.mean(shares, axis=0) <= [0.02, 0.06, 0.22]).all()
