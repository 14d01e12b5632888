"""Write two courses with a history, for tests of analyses: rounds of the real loop, and answers of ASSISTments 2015."""

import csv
from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.learners.diagnostics import record_answers, record_questions, start_diagnostic
from graph.learners.practice import Outcome
from graph.recommendations.outcomes import record_outcomes
from tests.graph.outcome_model import learn
from tests.graph.recommendation_loop import run_loop
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, Point, Resource, write_worlds

ASSIST = Path(__file__).parents[3] / "shared" / "data" / "assist2015" / "train_valid.csv"
LEARNERS, ANSWERS = 150, 25
ROLES = "MATCH (:Resource)-[t:TEACHES]->() SET t.role = 'primary'"
ITEMS = """
UNWIND $items AS row
MATCH (k:KnowledgePoint {id: row[1]})
CREATE (:Item {id: row[0], prompt: row[0], difficulty: 0.0, discrimination: 1.0})-[:ASSESSES]->(k)
"""


async def write_simulated_history(graph: Graph, learners: int = 12, steps: int = 14) -> None:
    """Write learners of a chain of points, their rounds of the real loop, and their diagnostics."""
    resources = {f"{point}{n}": Resource({point: 1.0}, minutes=5.0 + n) for point in "abc" for n in range(5)}
    resources |= {"ab": Resource({"a": 1.0, "b": 0.6}), "d0": Resource({"d": 1.0})}
    edges = CHAIN.edges | {("c", "d"): "accepted", ("a", "c"): "accepted"}
    world = replace(CHAIN, points=CHAIN.points | {"d": Point()}, edges=edges, mastery={}, resources=resources)
    worlds = [replace(world, goals={"d": 0.0} if n % 3 else {"b": 0.7}) for n in range(learners)]
    await write_worlds(graph, *worlds)
    items = [[f"q{n}", point] for n, point in enumerate("aabbc")]
    await graph.execute_write(lambda work: work.text(ITEMS, items=items))
    await graph.execute_write(lambda work: work.text(ROLES))
    for n in range(learners):
        who = f"learner-{n}" if n else "learner"
        await start_diagnostic(graph, f"d{n}", who, "course", NOW)
        await record_questions(graph, f"d{n}", [item for item, _ in items])
        right = {item: (n * 7 + place * 3) % 5 < 1 + n % 4 for place, (item, _) in enumerate(items)}
        await record_answers(graph, f"d{n}", right, NOW - timedelta(hours=1))
        await run_loop(graph, who, NOW + timedelta(hours=n), steps if n % 2 else steps // 2, seed=n)


async def write_assistments_history(graph: Graph) -> None:
    """Write learners of ASSISTments 2015: the first answer on a skill to its item, later ones to its two resources.

    The data has an order and no clock; the times, an answer every seven hours, are ours.
    """
    if not ASSIST.is_file():
        pytest.skip(f"{ASSIST} is not there")
    with ASSIST.open(encoding="utf-8") as file:
        rows = [(row["uid"], row["concepts"].split(","), row["responses"].split(",")) for row in
                islice(csv.DictReader(file), LEARNERS)]  # fmt: skip
    skills = sorted({skill for _, found, _ in rows for skill in found[:ANSWERS]})
    resources = {f"{skill}-{n}": Resource({skill: 1.0}, minutes=3.0 + n) for skill in skills for n in range(2)}
    edges = dict.fromkeys(pairwise(skills), "accepted")
    world = replace(CHAIN, points={skill: Point() for skill in skills}, edges=edges, mastery={}, resources=resources)
    goals = [{found[-1 if len(found) < ANSWERS else ANSWERS - 1]: 0.0} for _, found, _ in rows]
    await write_worlds(graph, *(replace(world, goals=goal) for goal in goals))
    await graph.execute_write(lambda work: work.text(ITEMS, items=[[f"q-{skill}", skill] for skill in skills]))
    await graph.execute_write(lambda work: work.text(ROLES))
    outcomes = [each for n, row in enumerate(rows) for each in _outcomes(f"learner-{n}" if n else "learner", row)]
    for start in range(0, len(outcomes), 500):
        batch = outcomes[start : start + 500]
        await record_outcomes(graph, batch, learn, max(each.at for each in batch), "course")


def _outcomes(who, row):
    _, skills, rights = row
    seen: dict[str, int] = {}
    for n, (skill, right) in enumerate(islice(zip(skills, rights, strict=True), ANSWERS)):
        times = seen[skill] = seen.get(skill, -1) + 1
        on = {"resource": f"{skill}-{times % 2}"} if times else {"item": f"q-{skill}"}
        yield Outcome(f"{who}-o{n}", who, right == "1", NOW + timedelta(hours=7 * n), **on)
