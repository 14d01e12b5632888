"""A planted cohort: what is true of it is known, so that what the ready questions say can be judged.

A course on saving, in which exercises teach and films teach nothing, though half of the answers beside a film are right
by luck. Interest truly needs percentages; that bank fees need them is false; inflation opens after interest alone, so
nothing can be seen of that edge. Every learner begins with an entry quiz over the gates. Learners of the policy
`exercises 1` are mostly given exercises, those of `films 2` mostly films. Three visitors look in twice.
"""

import json
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from graph.connection import Graph
from graph.learners.practice import Outcome
from graph.learners.profiles import Goal, create_learner, set_goals
from graph.recommendations.decisions import LoggedDecision, log_decisions
from graph.recommendations.outcomes import record_outcomes
from tests.graph.outcome_model import learn

LEARNERS, VISITORS, ROUNDS = 40, 3, 12
POINTS = {"percentages": "Percentages", "interest": "Simple interest", "fees": "Bank fees", "inflation": "Inflation"}
KINDS = {"film": ("video", "video"), "exercise": ("practice", "text")}
ARMS = {"exercises": ("exercises", "1", 0.85), "films": ("films", "2", 0.15)}
"""Policy, version, and the probability of an exercise."""

FILES = {
    "course_json": json.dumps({"id": "savings", "title": "Saving", "language": "en"}),
    "points_csv": "id,name\n" + "".join(f"savings/{id},{name}\n" for id, name in POINTS.items()),
    "prerequisites_csv": "from,to,reason\n"
    "savings/percentages,savings/interest,a rate is a percentage\n"
    "savings/percentages,savings/fees,so the book says\n"
    "savings/interest,savings/inflation,it is interest backwards\n",
    "resources_jsonl": "\n".join(
        json.dumps({"id": f"savings/{name}/{id}", "title": f"{POINTS[id]}: the {name}", "kind": kind,
                    "modality": modality, "minutes": 6})
        for id in POINTS
        for name, (kind, modality) in KINDS.items()
    ),
    "teaches_csv": "resource,point,role\n"
    + "".join(f"savings/{kind}/{id},savings/{id},primary\n" for id in POINTS for kind in KINDS),
    "items_jsonl": "\n".join(
        json.dumps({"id": f"savings/q/{id}-{n}", "prompt": f"{name} {n}?", "answer": "yes", "distractors": ["no"],
                    "points": [f"savings/{id}"]})
        for id, name in POINTS.items()
        for n in range(3)
    ),
}  # fmt: skip


@dataclass
class Person:
    """A learner and what they really know."""

    name: str
    arm: str
    knows: set[str] = field(default_factory=set)


def make_cohort() -> list[Person]:
    """Learners whose knowledge is the same in both arms; that of fees has nothing to do with that of percentages."""
    cohort = []
    for n in range(LEARNERS):
        knows = {"percentages"} if n // 2 % 2 else set()
        knows |= {"fees"} if n // 4 % 2 else set()
        knows |= {"interest"} if "percentages" in knows and n // 8 % 3 else set()
        cohort.append(Person(f"person-{n:02}", "films" if n % 2 else "exercises", knows))
    return cohort


async def write_cohort(graph: Graph, start: datetime) -> datetime:
    """Let everybody learn from `start` on, three rounds a day, each a decision, its outcome and a question; the end."""
    chance, cohort = random.Random(7), make_cohort()
    visitors = [Person(f"visitor-{n}", "exercises") for n in range(VISITORS)]
    for person in [*cohort, *visitors]:
        await create_learner(graph, person.name, start, "savings")
        await set_goals(graph, person.name, [Goal("savings/interest")])
    entry = [_answer(person, id, 0, "entry", start, chance) for id in list(POINTS)[:3] for person in cohort]
    await _record(graph, entry)
    for turn in range(ROUNDS):
        at = start + timedelta(hours=8 * turn + 1)
        await _write_round(graph, [*cohort, *(visitors if turn < 2 else [])], turn, at, chance)
    await _write_slate(graph, cohort[0].name, at + timedelta(hours=1))
    teams = "MATCH (l:Learner) SET l.team = CASE WHEN l.id < 'person-20' THEN 'sales' ELSE 'support' END"
    await graph.execute_write(lambda work: work.text(teams))
    return at + timedelta(hours=2)


async def _write_round(graph: Graph, people: list[Person], turn: int, at: datetime, chance: random.Random) -> None:
    decisions, outcomes = [], []
    for person in people:
        id = _choose_point(person, turn)
        arm = "exercises" if person.name == "person-05" and turn < 2 else person.arm
        kind = "exercise" if chance.random() < ARMS[arm][2] else "film"
        decision = _decide(f"{person.name}-{turn}", person.name, id, kind, arm, at)
        right = chance.random() < 0.5
        if kind == "exercise":
            if (id != "interest" or "percentages" in person.knows) and chance.random() < 0.7:
                person.knows.add(id)
            right = _is_right(person, id, chance)
        decisions.append(decision)
        outcomes.append(
            Outcome(f"{decision.id}-o", person.name, right, at + timedelta(minutes=6), decision.id, minutes=6.0)
        )
        outcomes.append(_answer(person, id, 1 + turn % 2, f"{turn}", at + timedelta(minutes=9), chance))
    await log_decisions(graph, decisions)
    await _record(graph, outcomes)


def _choose_point(person: Person, turn: int) -> str:
    """The points in turn; interest where its prerequisite is known, inflation at the end and after interest alone."""
    if turn >= ROUNDS - 2 and "interest" in person.knows:
        return "inflation"
    id = ("percentages", "fees", "interest")[turn % 3]
    return "percentages" if id == "interest" and "percentages" not in person.knows else id


def _decide(id: str, learner: str, point: str, kind: str, arm: str, at: datetime) -> LoggedDecision:
    policy, version, exercise = ARMS[arm]
    candidates, shares = [f"savings/{each}/{point}" for each in KINDS], [1 - exercise, exercise]
    resource = f"savings/{kind}/{point}"
    return LoggedDecision(
        id, learner, "savings", at, policy, version, resource, shares[candidates.index(resource)], 1, 0,
        [Goal("savings/interest")], candidates, [True, True], [], shares,
    )  # fmt: skip


async def _write_slate(graph: Graph, learner: str, at: datetime) -> None:
    """A decision of two places: the second is what is left, whatever its own probability."""
    first = _decide("slate-0", learner, "fees", "exercise", "exercises", at)
    second = _decide("slate-1", learner, "fees", "film", "exercises", at)
    await log_decisions(graph, [first, replace(second, propensity=1.0)])


def _is_right(person: Person, id: str, chance: random.Random) -> bool:
    return chance.random() < (0.9 if id in person.knows else 0.15)


def _answer(person: Person, id: str, n: int, name: str, at: datetime, chance: random.Random) -> Outcome:
    right = _is_right(person, id, chance)
    return Outcome(f"{person.name}-{name}-{id}", person.name, right, at, item=f"savings/q/{id}-{n}", minutes=1.0)


async def _record(graph: Graph, outcomes: list[Outcome]) -> None:
    await record_outcomes(graph, outcomes, learn, max(each.at for each in outcomes), "savings")
