"""Proposals on the real database: stored, decided once, by one person, or not at all."""

import asyncio

import pytest

from graph import catalogue
from graph.errors import Conflict, Invalid, NotFound
from graph.proposals import reader
from graph.proposals.reader import ProposalFilter
from graph.proposals.records import ProposedPair
from graph.proposals.store import decide_proposal
from graph.revisions import derived
from graph.revisions.record import Attribution
from tests.graph.proposals.course import alike, edges, load, mined, offer
from tests.graph.short_forms import read_revision_number

pytestmark = pytest.mark.database
EA, AE = ProposedPair("prerequisite", "e", "a"), ProposedPair("related", "a", "e")


@pytest.fixture
async def web(graph):
    await load(graph)
    return graph


async def degrees(graph) -> dict[str, int]:
    text = "MATCH (k:KnowledgePoint) RETURN k.id AS id, k.prerequisiteCount AS degree"
    return {row["id"]: row["degree"] for row in await graph.execute_read(lambda work: work.text(text))}


async def test_a_proposal_gates_nothing_and_keeps_its_evidence(web):
    revision = await read_revision_number(web)
    done = await offer(web, mined("e", "a"), alike("a", "e"))
    assert done.revision == await read_revision_number(web) == revision + 1
    edge = (await edges(web))["e", "a"]
    expected = {"source": "mined", "status": "proposed", "support": 100.0, "pValue": 1e-6, "evidence": "100 learners"}
    assert edge.items() >= expected.items() and edge["proposedAt"] and "courses" not in edge
    assert await degrees(web) == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 0}
    rows = await catalogue.read_course_rows(web, "w")
    assert len(rows.prerequisites) == 3 and rows.related == []


async def test_proposing_the_same_again_writes_nothing(web):
    await offer(web, mined("e", "a"), alike("a", "e"))
    before = await edges(web), await read_revision_number(web)
    assert (await offer(web, mined("e", "a"), alike("a", "e"))).revision is None
    assert (await edges(web), await read_revision_number(web)) == before


async def test_newer_evidence_is_taken_up(web):
    await offer(web, mined("e", "a"))
    first = (await edges(web))["e", "a"]["proposedAt"]
    assert (await offer(web, mined("e", "a", 120.0))).sifted.updated
    edge = (await edges(web))["e", "a"]
    assert (edge["support"], edge["evidence"], edge["proposedAt"]) == (120.0, "120 learners", first)


async def test_experts_edges_are_never_touched(web):
    before = await edges(web)
    await offer(web, mined("a", "b"), mined("d", "a"), mined("a", "d"))
    assert await edges(web) == before


async def test_accepting_is_who_when_why_and_gates(web):
    await offer(web, mined("e", "a"), alike("a", "e"))
    revision = await decide_proposal(web, EA, Attribution("ben", "accept", "plainly so"))
    assert revision == await read_revision_number(web)
    edge = (await edges(web))["e", "a"]
    assert (edge["status"], edge["reviewedBy"], edge["reviewReason"]) == ("accepted", "ben", "plainly so")
    assert edge["reviewedAt"] and (await degrees(web))["a"] == 1
    await decide_proposal(web, ProposedPair("related", "e", "a"), Attribution("ben", "accept"))
    rows = await catalogue.read_course_rows(web, "w")
    assert ("e", "a") in [(row["before"], row["after"]) for row in rows.prerequisites]
    assert [dict(row) for row in rows.related] == [{"a": "a", "b": "e", "weight": 0.5}]
    assert (await derived.rebuild_derived(web)).changed == 0


async def test_a_cycle_is_refused_and_spelled_out(web):
    await offer(web, mined("d", "e"), mined("e", "a"))
    await decide_proposal(web, ProposedPair("prerequisite", "d", "e"), Attribution("ben", "accept"))
    revision = await read_revision_number(web)
    with pytest.raises(Conflict, match="would close a cycle: a → b → c → d → e → a"):
        await decide_proposal(web, EA, Attribution("ben", "accept"))
    assert (await edges(web))["e", "a"]["status"] == "proposed" and await read_revision_number(web) == revision
    assert (await reader.read_proposal(web, "e", "a")).cycle == ["a", "b", "c", "d", "e"]
    await decide_proposal(web, EA, Attribution("ben", "reject", "a cycle"))


async def test_a_rejected_pair_comes_back_with_new_evidence_only(web):
    await offer(web, mined("e", "a"), alike("a", "e"))
    for pair in (EA, AE):
        await decide_proposal(web, pair, Attribution("ben", "reject", "by chance"))
    edge = (await edges(web))["e", "a"]
    assert edge["status"] == "rejected" and edge["rejectedSupport"] == 100.0
    again = await offer(web, mined("e", "a", 149.0), alike("a", "e", 0.7))
    assert again.revision is None and len(again.sifted.skipped) == 2
    again = await offer(web, mined("e", "a", 150.0), alike("a", "e", 0.75))
    assert len(again.sifted.returning) == 2
    found = await reader.read_proposal(web, "e", "a", "prerequisite")
    assert (found.status, found.reviewed_by, found.review_reason) == ("proposed", "ben", "by chance")
    assert found.numbers["support"] == 150.0 and found.numbers["rejectedSupport"] == 100.0
    assert found.proposed_at > found.reviewed_at
    await decide_proposal(web, EA, Attribution("cat", "reject"))
    assert (await offer(web, mined("e", "a", 224.0))).revision is None
    assert (await offer(web, mined("e", "a", 225.0))).revision is not None


async def test_of_two_reviewers_one_decides(web):
    await offer(web, mined("e", "a"))
    verdicts = [Attribution(f"reviewer {n}", "accept" if n % 2 else "reject", f"reason {n}") for n in range(6)]
    done = await asyncio.gather(*(decide_proposal(web, EA, by) for by in verdicts), return_exceptions=True)
    [winner] = [by for by, each in zip(verdicts, done, strict=True) if isinstance(each, int)]
    refusals = [each for each in done if not isinstance(each, int)]
    assert all(isinstance(each, Conflict) and f"by {winner.author} at 20" in str(each) for each in refusals)
    assert (await edges(web))["e", "a"]["reviewedBy"] == winner.author


async def test_two_proposals_that_close_a_cycle_together_are_not_both_accepted(web):
    await offer(web, mined("d", "e"), mined("e", "a"))
    both = (ProposedPair("prerequisite", "d", "e"), EA)
    done = await asyncio.gather(
        *(decide_proposal(web, pair, Attribution("ben", "accept")) for pair in both), return_exceptions=True
    )
    assert sorted(isinstance(each, Conflict) for each in done) == [False, True]


async def test_a_decision_is_taken_back(web):
    await offer(web, mined("e", "a"), alike("a", "e"))
    with pytest.raises(Conflict, match="nobody decided it"):
        await decide_proposal(web, EA, Attribution("ben", "reopen"))
    for pair in (EA, AE):
        await decide_proposal(web, pair, Attribution("ben", "accept"))
        await decide_proposal(web, pair, Attribution("cat", "reopen", "too fast"))
    assert (await degrees(web))["a"] == 0 and (await catalogue.read_course_rows(web, "w")).related == []
    assert (await reader.read_proposal(web, "e", "a")).reviewed_by == "cat"
    await decide_proposal(web, EA, Attribution("ben", "reject"))


async def test_a_derived_relation_is_rejected_and_reopened(web):
    text = "MATCH (k:KnowledgePoint {id: 'e'}), (r:Resource) WHERE r.id STARTS WITH 'ra' CREATE (r)-[:TEACHES]->(k)"
    await web.execute_write(lambda work: work.text(text))
    await derived.rebuild_derived(web)
    [row] = (await catalogue.read_course_rows(web, "w")).related
    await decide_proposal(web, ProposedPair("related", "e", "a"), Attribution("ben", "reject", "only a podcast"))
    assert (await derived.rebuild_derived(web)).changed == 0 and (
        await catalogue.read_course_rows(web, "w")
    ).related == []
    assert (await offer(web, alike("a", "e", 0.99))).revision is None
    await decide_proposal(web, AE, Attribution("ben", "reopen"))
    await derived.rebuild_derived(web)
    assert (await catalogue.read_course_rows(web, "w")).related == [row]


async def test_what_cannot_be_decided(web):
    with pytest.raises(NotFound, match="There is no proposal 'a → e'"):
        await decide_proposal(web, ProposedPair("prerequisite", "a", "e"), Attribution("ben", "accept"))
    with pytest.raises(Conflict, match="a → b is no open proposal but accepted"):
        await decide_proposal(web, ProposedPair("prerequisite", "a", "b"), Attribution("ben", "reject"))
    with pytest.raises(Conflict, match="nobody decided it"):
        await decide_proposal(web, ProposedPair("prerequisite", "a", "b"), Attribution("ben", "reopen"))
    with pytest.raises(Invalid, match="Say who decides"):
        await decide_proposal(web, EA, Attribution(" ", "accept"))
    with pytest.raises(Invalid, match="kind is prerequisite or related"):
        await decide_proposal(web, ProposedPair("friend", "a", "b"), Attribution("ben", "accept"))


async def test_pages_and_filters(web):
    await offer(web, mined("e", "a", p=1e-3), mined("e", "b", p=1e-9), mined("a", "e", p=1e-5), alike("a", "e"))
    pairs = [ProposedPair("prerequisite", *ends) for ends in (("e", "b"), ("a", "e"), ("e", "a"))]
    total, found = await reader.read_proposals(web, ProposalFilter("w"))
    assert total == 4 and [each.pair for each in found] == [*pairs, AE]
    assert (await reader.read_proposals(web, ProposalFilter("w"), skip=1, limit=1))[1] == found[1:2]
    assert await reader.read_proposals(web, ProposalFilter("w"), skip=9) == (4, [])
    await decide_proposal(web, pairs[2], Attribution("ben", "reject"))
    await decide_proposal(web, pairs[1], Attribution("ben", "accept"))
    assert [each.pair for each in (await reader.read_proposals(web, ProposalFilter("w", status=None)))[1]] == [
        pairs[0], AE, pairs[1], pairs[2],
    ]  # fmt: skip
    assert [each.pair for each in (await reader.read_proposals(web, ProposalFilter("w", status="rejected")))[1]] == [
        pairs[2]
    ]
    assert (await reader.read_proposals(web, ProposalFilter("w", "related", "accepted"))) == (0, [])
    with pytest.raises(NotFound):
        await reader.read_proposals(web, ProposalFilter("x"))
    with pytest.raises(Invalid, match="status is proposed or accepted or rejected"):
        await reader.read_proposals(web, ProposalFilter("w", status="new"))


async def test_an_import_leaves_proposals_and_decisions(web):
    await offer(web, mined("e", "a"), mined("e", "b"), alike("a", "e"))
    await decide_proposal(web, EA, Attribution("ben", "accept"))
    before = await edges(web), await edges(web, "RELATED_TO")
    await load(web)
    assert (await edges(web), await edges(web, "RELATED_TO")) == before
