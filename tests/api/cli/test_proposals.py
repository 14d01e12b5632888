"""The whole way by commands: learners answer, a prerequisite is found, a person accepts it, and it gates."""

import csv
import json
import subprocess
from datetime import datetime, timedelta

import pytest

from graph.learners.profiles import create_learner
from graph.proposals.store import store_proposals
from graph.recommendations.candidates import read_candidates
from graph.revisions.record import Attribution
from tests.api.cli.terminal import COMMAND, environment, lodestar
from tests.graph.proposals.course import alike, edges, mined
from tests.graph.short_forms import read_revision_number
from tests.services import planted
from tests.services.planted import IDS, PLANTED

pytestmark = pytest.mark.database
NOW = datetime.fromisoformat("2026-03-01T12:00:00Z")
FOUND, GATED = PLANTED
LEARNERS, STEPS = 1_000, 25


@pytest.fixture
async def course(graph):
    await planted.load(graph)
    return graph


@pytest.fixture
async def offered(course):
    """Three open proposals, strongest first: the planted one, another, two points that are alike."""
    found = [mined(*PLANTED, p=1e-9), mined(IDS[4], IDS[5], p=1e-3), alike(IDS[4], IDS[5])]
    await store_proposals(course, found, Attribution("ana", "propose"))
    return course


def answer_log(path, learners: int, seed: int = 1):
    """What simulated learners answered, as a file."""
    told = planted.answers(learners, STEPS, seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "skill", "right", "order"])
        for step, (points, right) in enumerate(zip(*told, strict=True)):
            writer.writerows(
                (f"l{who}", IDS[point], int(good), step)
                for who, (point, good) in enumerate(zip(points, right, strict=True))
            )
    return path


async def answer_in_the_graph(graph, learners: int, seed: int = 1) -> None:
    """The same, by the query that the loop writes outcomes with, a step of all learners at a time."""
    rows = [{"id": f"l{who}", "at": NOW} for who in range(learners)]
    text = "UNWIND $rows AS row CREATE (:Learner {id: row.id, course: 'planted', createdAt: row.at, answers: 0})"
    await graph.execute_write(lambda work: work.text(text, rows=rows))
    nothing = {"learners": [], "known": [], "fresh": [], "traces": []}
    for step, (points, right) in enumerate(zip(*planted.answers(learners, STEPS, seed), strict=True)):
        at = NOW - timedelta(hours=70 - step)
        interactions = [
            {
                "id": f"o{step}-{who}", "learner": f"l{who}", "at": at, "recorded_at": at, "right": bool(good),
                "outcome": None, "minutes": None, "reward": 0.0, "step": step, "points": [IDS[point]],
                "before": [0.0], "after": [0.0], "decays": [-1.0], "resource": f"planted/r{point}", "item": None,
                "recommendation": None,
            }
            for who, (point, good) in enumerate(zip(points, right, strict=True))
        ]  # fmt: skip
        await graph.write("learn/record_outcomes", interactions=interactions, **nothing)


async def offers(graph, learner: str) -> set[str]:
    found = await read_candidates(graph, learner, NOW)
    return set(found.resources)


async def test_from_answers_in_the_graph_to_a_gate(course, address):
    await answer_in_the_graph(course, LEARNERS)
    await create_learner(course, "new", NOW, "planted")
    assert await offers(course, "new") == {f"planted/r{n}" for n in (0, 2, 3, 4, 5)}
    code, said = lodestar(address, "propose", "planted")
    assert code == 0 and "25,000 answers on points" in said and f"new  {FOUND} → {GATED}" in said
    assert f"1 there already, e.g. {IDS[0]} → {IDS[1]}" in said and "1 new, 0 back" in said
    assert "planted/r3" in await offers(course, "new")
    code, said = lodestar(address, "review", "planted", typed="x\na\nplain to see\n")
    assert code == 0 and "1 of 1" in said and "1 decided, 0 open in planted" in said
    assert "Point 2  [A1]  What 2 is about." in said and "learners who mastered both mastered “Point 2” first" in said
    assert "gates 1 resources;" in said and "of 1001 learners have “Point 3” open now" in said
    assert await offers(course, "new") == {f"planted/r{n}" for n in (0, 2, 4, 5)}
    edge = (await edges(course))[PLANTED]
    assert (edge["status"], edge["reviewedBy"], edge["reviewReason"]) == ("accepted", "ben", "plain to see")


async def test_rejected_until_half_as_many_learners_again_say_so(course, address, tmp_path):
    log = answer_log(tmp_path / "log.csv", LEARNERS)
    code, said = lodestar(address, "propose", "planted", "--from-log", log)
    assert code == 0 and "1,000 learners" in said and f"new  {FOUND} → {GATED}" in said
    code, said = lodestar(address, "review", "planted", "--reject", *PLANTED, "--why", "taught together")
    assert code == 0 and f"rejected  {FOUND} → {GATED} (prerequisite)" in said
    support = (await edges(course))[PLANTED]["rejectedSupport"]
    code, said = lodestar(address, "propose", "planted", "--from-log", log)
    assert code == 0 and "0 new, 0 back" in said and "1 rejected before, without new evidence since" in said
    more = answer_log(tmp_path / "more.csv", 1_700)
    code, said = lodestar(address, "propose", "planted", "--from-log", more)
    assert code == 0 and f"back, on new evidence  {FOUND} → {GATED}" in said
    assert (await edges(course))[PLANTED]["support"] >= 1.5 * support
    code, said = lodestar(address, "review", typed="q\n")
    assert (
        f"earlier    judged by ben, on {support:.0f} learners: taught together" in said and "0 decided, 1 open" in said
    )


async def test_proposing_says_what_is_alike_and_needs_no_log(course, address):
    text = "MATCH (k:KnowledgePoint) WHERE k.id IN $two SET k.name = 'Past continuous', k.description = 'was doing'"
    await course.execute_write(lambda work: work.text(text, two=IDS[4:]))
    code, said = lodestar(address, "propose", "planted", "--texts")
    assert code == 0 and "0 answers on points" in said and "0 pairs tested" in said
    assert "a pair needs 20 learners who mastered both of its points (--least-support); nobody has mastered two" in said
    assert f"new  {IDS[4]} – {IDS[5]}" in said and "Names and descriptions are alike (cosine 1.00): " in said
    assert "next: lodestar review planted" in said
    code, said = lodestar(address, "propose", "planted", "--texts")
    assert "1 proposed already, on the same evidence" in said and "revision" not in said


async def test_without_questions(offered, address):
    code, said = lodestar(address, "review", "planted", "--list")
    assert code == 0 and "3 open in planted" in said and said.index(FOUND) < said.index(IDS[4])
    code, said = lodestar(address, "review", "planted", "--accept", *PLANTED, "--why", "so it is")
    assert code == 0 and f"accepted  {FOUND} → {GATED} (prerequisite)  revision 3" in said
    code, said = lodestar(address, "review", "planted", "--reject", *PLANTED, author="cat")
    assert code == 1 and "was accepted by ben at 20" in said and "(so it is); nothing was changed" in said
    code, said = lodestar(address, "review", "--accept", GATED, FOUND)
    assert code == 1 and f"There is no proposal '{GATED} → {FOUND}'." in said
    code, said = lodestar(address, "review", "planted", "--json")
    found = json.loads(said)
    assert found["total"] == 3 and found["proposals"][-1]["review"]["why"] == "so it is"
    code, said = lodestar(address, "review", "--reopen", *PLANTED, "--json", author="cat")
    assert code == 0 and json.loads(said)["proposal"]["review"]["by"] == "cat"


async def test_usage_is_told(offered, address):
    code, said = lodestar(address, "review", "planted", "--accept", FOUND)
    assert code == 1 and "There is no proposal" in said
    code, said = lodestar(address, "review", "--accept", FOUND)
    assert code == 2 and "--accept needs the two points" in said
    code, said = lodestar(address, "review", "planted", *PLANTED)
    assert code == 2 and "say --accept, --reject or --reopen" in said
    code, said = lodestar(address, "review", "elsewhere")
    assert code == 1 and "There is no course 'elsewhere'" in said


async def test_a_cycle_is_named_and_nothing_is_written(offered, address):
    await store_proposals(offered, [mined(IDS[3], IDS[2], p=1e-12)], Attribution("ana", "propose"))
    code, said = lodestar(address, "review", "planted", typed="a\n\na\n\ns\ns\n")
    assert code == 0 and "4 of 4" in said and "1 decided, 3 open in planted" in said
    assert f"cycle      accepting would close {IDS[3]} → {IDS[2]} → {IDS[3]}" in said.replace("\n", " ")
    assert f"would close a cycle: {IDS[3]} → {IDS[2]} → {IDS[3]}" in said
    assert (await edges(offered))[PLANTED]["status"] == "proposed"


async def test_a_crash_loses_nothing_that_was_decided(offered, address):
    process = subprocess.Popen(
        [*COMMAND, "review", "planted"],
        env={**environment(address, "ben"), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdin.write("a\nfirst\n")
    process.stdin.flush()
    for line in process.stdout:
        if "accepted, revision" in line:
            break
    process.kill()
    process.wait()
    found = await edges(offered)
    assert found[PLANTED]["status"] == "accepted" and found[IDS[4], IDS[5]]["status"] == "proposed"
    assert await read_revision_number(offered) == 3
    code, said = lodestar(address, "review", "planted", typed="r\n\nr\n\n")
    assert code == 0 and "2 decided, 0 open" in said


async def test_who_is_quicker_decides(offered, address):
    """Ben looks at the first proposal while Cat rejects it and the second."""
    process = subprocess.Popen(
        [*COMMAND, "review", "planted"],
        env={**environment(address, "ben"), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if "accepting" in line:
            break
    for pair in (PLANTED, (IDS[4], IDS[5])):
        code, _ = lodestar(address, "review", "--reject", *pair, "--why", "no", author="cat")
        assert code == 0
    said, _ = process.communicate("a\n\nq\n", timeout=60)
    assert f"{FOUND} → {GATED} was rejected by cat" in said
    assert "meanwhile rejected by cat" in said and "0 decided, 1 open in planted" in said
    assert (await edges(offered))[PLANTED]["reviewedBy"] == "cat"
