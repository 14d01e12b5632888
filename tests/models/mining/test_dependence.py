"""The dependence test: by hand, against scipy, and p-values where nothing depends on anything."""

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import fisher_exact, kstest

from models.mining.clock import Clock, quickness
from models.mining.dependence import Table, dependence_of, weighed
from tests.models.courses import few
from tests.models.mining.logs import any_log, independent, log_of

NAN = float("nan")


def test_one_table_by_hand():
    """6 of 8 with i master j, 1 of 8 without: expected 3.5, variance 8·8·7·9 / (16²·15) = 1.05."""
    found = weighed(Table(*(np.array([value]) for value in (6.0, 8.0, 7.0, 16.0))))
    assert found.excess[0] == pytest.approx(2.5)
    assert found.variance[0] == pytest.approx(1.05)
    assert found.lift[0] == pytest.approx(6)
    assert found.z[0] == pytest.approx(2 / np.sqrt(1.05))


def test_near_fishers_exact_test_in_one_stratum():
    rows = [(who, 0, 0, 1 if who < 20 else NAN) for who in range(40)]
    rows += [(who, 1, 0, 2 if who < 14 or who > 35 else NAN) for who in range(40)]
    p = dependence_of(Clock.of(log_of(rows, 2))).p_values()[0, 1]
    exact = fisher_exact([[14, 6], [4, 16]], alternative="greater").pvalue
    assert p == pytest.approx(exact, rel=0.35)


@few
@given(any_log())
def test_tables_as_a_loop_has_them(log):
    worked, won = np.zeros((2, log.learners, 4), dtype=bool)
    worked[log.learner, log.point] = True
    won[log.learner, log.point] = ~np.isnan(log.at)
    found = dependence_of(Clock.of(log))
    for i in range(4):
        for j in range(4):
            both = worked[:, i] & worked[:, j]
            n, n1, d, a = (part.sum() for part in (both, both & won[:, i], both & won[:, j], won[:, i] & won[:, j]))
            assert found.excess[i, j] == pytest.approx(a - d * n1 / max(n, 1))


def test_quickness_ranks_the_rows_of_a_point():
    log = log_of([(0, 0, 0, 0), (1, 0, 0, 5), (2, 0, 0, 5), (3, 0, 0, NAN)], 1)
    assert quickness(log).tolist() == [0.375, 0.0, 0.0, -0.375]


def test_p_values_are_uniform_where_nothing_depends_on_anything():
    p = []
    for seed in range(6):
        found = dependence_of(Clock.of(independent(500, 10, seed), fewest=1000))
        i, j = np.triu_indices(10, 1)
        p += found._replace(excess=found.excess + 0.5).p_values()[i, j].tolist()
    assert kstest(p, "uniform").pvalue > 0.001


def test_strata_make_no_more_small_p_values_than_chance_has():
    """Strata are made of the outcomes themselves, which makes the test careful where points are few."""
    shares = []
    for seed in range(4):
        p = dependence_of(Clock.of(independent(500, 30, seed), 10, 10)).p_values()[np.triu_indices(30, 1)]
        shares.append([(p <= level).mean() for level in (0.01, 0.05, 0.2)])
    assert (np.mean(shares, axis=0) <= [0.015, 0.06, 0.22]).all()
