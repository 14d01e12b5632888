"""What may be proposed, on edges small enough to see through."""

from itertools import pairwise

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.proposals.records import FoundEdge, ProposedPair
from graph.proposals.store import (
    CLOSES_CYCLE,
    EXISTS,
    IMPLIED,
    OVER_LIMIT,
    REJECTED_BEFORE,
    SAME_EVIDENCE,
    ExistingEdge,
    ExistingEdges,
    filter_found,
    has_new_evidence,
)


def mined(before: str, after: str, support: float = 100.0, p: float = 1e-6, text: str = "new") -> FoundEdge:
    numbers = {"support": support, "confidence": 0.9, "lift": 2.0, "pValue": p}
    return FoundEdge(ProposedPair("prerequisite", before, after), text, numbers)


def alike(a: str, b: str, weight: float = 0.5) -> FoundEdge:
    return FoundEdge(ProposedPair("related", a, b), "alike", {"weight": weight})


def edge(status: str | None = "accepted", source: str | None = "expert", **more) -> ExistingEdge:
    return ExistingEdge(status, source, more.pop("evidence", "old"), **more)


def outcome(
    found: FoundEdge, *there: tuple[str, str, ExistingEdge], related: tuple[tuple[str, str, ExistingEdge], ...] = ()
) -> str:
    """Which list the one found ends in, or the reason for leaving it out."""
    sifted = filter_found([found], ExistingEdges(there, related), most=10)
    names = [name for name in ("new", "returning", "updated") if getattr(sifted, name)]
    return names[0] if names else sifted.skipped[0].reason


def test_a_pair_nobody_said_anything_of_is_new():
    assert outcome(mined("a", "b")) == "new"
    assert outcome(mined("a", "b"), ("a", "c", edge()), ("c", "d", edge())) == "new"


@pytest.mark.parametrize("status", ["accepted", "proposed", "quarantined", None])
@pytest.mark.parametrize("source", ["expert", None])
def test_what_anybody_stated_stays(status, source):
    assert outcome(mined("a", "b"), ("a", "b", edge(status, source))) == EXISTS


def test_what_an_expert_rejected_never_comes_back():
    assert outcome(mined("a", "b", 1e6, 0.0), ("a", "b", edge("rejected", support=1.0))) == REJECTED_BEFORE


def test_an_open_proposal_takes_up_new_evidence_only():
    assert outcome(mined("a", "b", text="old"), ("a", "b", edge("proposed", "mined"))) == SAME_EVIDENCE
    assert outcome(mined("a", "b"), ("a", "b", edge("proposed", "mined"))) == "updated"
    assert outcome(mined("a", "b"), ("a", "b", edge("accepted", "mined"))) == EXISTS


@pytest.mark.parametrize(
    ("support", "p", "expected"),
    [
        (100, 1e-6, REJECTED_BEFORE),
        (149, 1e-9, REJECTED_BEFORE),
        (150, 1e-6, "returning"),
        (150, 1e-5, REJECTED_BEFORE),
        (1000, 0.0, "returning"),
    ],
)
def test_a_rejected_pair_comes_back_with_half_as_many_learners_again(support, p, expected):
    assert outcome(mined("a", "b", support, p), ("a", "b", edge("rejected", "mined", support=100.0, p_value=1e-6))) == (
        expected
    )


def test_a_rejection_without_numbers_stands():
    assert outcome(mined("a", "b"), ("a", "b", edge("rejected", "mined"))) == REJECTED_BEFORE


def test_a_p_value_of_zero_can_be_met_again():
    assert has_new_evidence({"support": 150.0, "pValue": 0.0}, edge("rejected", "mined", support=100.0, p_value=0.0))


def test_cycles_are_left_out_and_spelled_out():
    there = [("a", "b", edge()), ("b", "c", edge())]
    [left] = filter_found([mined("c", "a")], ExistingEdges(there, ()), 10).skipped
    assert left.reason == CLOSES_CYCLE and left.path == ("a", "b", "c", "a")
    assert outcome(mined("b", "a"), *there) == CLOSES_CYCLE
    assert outcome(mined("c", "a"), there[0], ("b", "c", edge("proposed"))) == "new"


def test_what_follows_already_is_left_out():
    there = [("a", "b", edge()), ("b", "c", edge())]
    [left] = filter_found([mined("a", "c")], ExistingEdges(there, ()), 10).skipped
    assert left.reason == IMPLIED and left.path == ("a", "b", "c")


def test_the_strongest_are_taken_and_renewals_do_not_count():
    there = [("r", "s", edge("proposed", "mined"))]
    found = [mined("a", "b"), mined("r", "s"), mined("c", "d"), mined("e", "f")]
    sifted = filter_found(found, ExistingEdges(there, ()), most=2)
    assert sifted.new == [found[0], found[2]] and sifted.updated == [found[1]]
    assert [(left.pair, left.reason) for left in sifted.skipped] == [(found[3].pair, OVER_LIMIT)]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (edge(None, None, weight=0.4), EXISTS),
        (edge("rejected", None, weight=0.4), REJECTED_BEFORE),
        (edge("accepted", "text", weight=0.4), EXISTS),
        (edge("proposed", "text", weight=0.4), "updated"),
        (edge("rejected", "text", weight=0.4), REJECTED_BEFORE),
        (edge("rejected", "text", weight=0.0), "returning"),
    ],
)
def test_related_points_whichever_way_round_the_edge_stands(there, expected):
    for ends in (("a", "b"), ("b", "a")):
        assert outcome(alike("a", "b"), related=((*ends, there),)) == expected


def test_a_prerequisite_is_relation_enough():
    assert outcome(alike("a", "b"), ("b", "a", edge())) == EXISTS
    assert outcome(alike("a", "b"), ("b", "a", edge("rejected"))) == "new"


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=25))
def test_whatever_is_proposed_can_be_accepted_alone(pairs):
    """Against networkx: no proposal closes a cycle of what is accepted, and none is implied by it."""
    accepted = [(f"{a}", f"{b}") for a, b in pairs if a < b and (a + b) % 2]
    edges = ExistingEdges([(a, b, edge()) for a, b in accepted], ())
    sifted = filter_found([mined(f"{a}", f"{b}") for a, b in sorted(pairs)], edges, 100)
    graph = networkx.DiGraph(accepted)
    for each in sifted.proposed:
        _, before, after = each.pair
        assert networkx.is_directed_acyclic_graph(networkx.DiGraph([*accepted, (before, after)]))
        assert before not in graph or after not in graph or not networkx.has_path(graph, before, after)
    for left in sifted.skipped:
        assert left.reason in (EXISTS, CLOSES_CYCLE, IMPLIED)
        last = (left.pair.before, left.pair.after)
        assert all(step in accepted or step == last for step in pairwise(left.path))
