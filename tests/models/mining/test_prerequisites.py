"""The miner as a whole: a chain, nothing in nothing, corrected p-values, no cycles."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from models.mining.prerequisites import (
    MiningRules,
    adjust_p_values,
    drop_weakest,
    mask_acyclic_edges,
    mine_prerequisites,
)
from tests.models.courses import few
from tests.models.mining.logs import any_log, chained, independent


def pairs(found):
    return set(zip(found.before.tolist(), found.after.tolist(), strict=True))


def test_a_chain_is_found_and_its_long_way_round_is_not():
    assert pairs(mine_prerequisites(chained(1000, 0))) == {(0, 1), (1, 2)}
    assert (0, 2) in pairs(mine_prerequisites(chained(1000, 0), MiningRules(direct=False)))


def test_the_evidence_of_a_proposal():
    found = mine_prerequisites(chained(1000, 0))
    assert found.tested == 30 * 29
    assert (found.confidence == 1).all()
    assert (found.support > 200).all()
    assert (found.p_value <= 0.05).all()
    assert (found.lift > 1.5).all()


def test_an_order_of_most_is_enough_where_it_need_not_be_beyond_chance():
    strict, lenient = mine_prerequisites(chained(60, 1)), mine_prerequisites(chained(60, 1), MiningRules(ordered=False))
    assert pairs(strict) < pairs(lenient)
    assert (lenient.confidence > 0.5).all()
    assert lenient.tested == strict.tested


def test_nothing_comes_of_nothing():
    assert sum(len(mine_prerequisites(independent(400, 15, seed)).before) for seed in range(5)) == 0


@few
@given(any_log())
def test_small_logs_propose_nothing_twice_and_never_fail(log):
    found = mine_prerequisites(log, MiningRules(q=1.0, support=1, lift=0.0))
    assert len(pairs(found)) == len(found.before)
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(list(pairs(found))))


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_and_hochberg(p):
    assert adjust_p_values(np.array(p)) == pytest.approx(false_discovery_control(p))


@few
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=25))
def test_what_would_close_a_cycle_is_left_out(edges):
    before, after = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    kept = mask_acyclic_edges(before, after, 6)
    graph = networkx.DiGraph()
    for (i, j), stays in zip(edges, kept, strict=True):
        closes = i == j or (i in graph and j in graph and networkx.has_path(graph, j, i))
        assert stays == (not closes)
        if stays:
            graph.add_edge(i, j)


def test_the_weakest_goes_first_and_has_no_further_say():
    z = np.array([[0, 5, 4], [1, 0, 3], [4, 1.5, 0]])
    assert drop_weakest(z, 2.0).tolist() == [0, 2]
