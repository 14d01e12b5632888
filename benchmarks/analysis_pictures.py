"""The pictures of docs/analysing.md: `python -m benchmarks.analysis_pictures` asks a cohort of simulated learners.

Forty learners of the English course, with hidden states of their own (`models.simulator`), are served a candidate
by chance in thirty rounds of the real loop, eight hours apart, on a managed Neo4j.
"""

import asyncio
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from api import asking, plotting, question_words
from api.learning import learner_model
from api.loading import read_arrays
from benchmarks.stage import imported
from graph.candidates import candidates
from graph.connection import Graph
from graph.errors import NotFound
from graph.learners import Goal, create_learner, delete_learner, set_goals
from graph.outcomes import record_outcome
from graph.practice import Outcome
from models.simulator import Learners, Population

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COURSE, GOAL = "english", "english/present-perfect-for-since"
LEARNERS, ROUNDS, APART = 40, 30, timedelta(hours=8)
DRAWN = {
    "gain_per_minute": {"at_least": "12", "limit": "15"},
    "stuck_points": {"at_least": "3", "limit": "12"},
}


async def draw(graph: Graph) -> None:
    """Let the cohort learn, then draw each question."""
    await learn(graph)
    for name, given in DRAWN.items():
        question = question_words.find(name)
        answer = await asking.ask_ready(graph, question, {"course": COURSE, **given}, asking.Limits())
        path = PICTURES / f"ask-{name.replace('_', '-')}.png"
        plotting.draw(answer, plotting.parse(question.plot), name.replace("_", " "), path)
        print(f"{path.name}: {len(answer.rows)} rows")


async def learn(graph: Graph) -> None:
    """The rounds of everybody."""
    course = await read_arrays(graph, COURSE)
    chance, start = random.Random(0), datetime.now(UTC) - ROUNDS * APART
    hidden = Learners(course, Population(), LEARNERS, np.random.default_rng(0))
    hidden.renew(np.arange(LEARNERS))
    names = [f"picture-{n}" for n in range(LEARNERS)]
    for name in names:
        with suppress(NotFound):
            await delete_learner(graph, name)
        await create_learner(graph, name, start, COURSE)
        await set_goals(graph, name, [Goal(GOAL)])
    places = {resource: place for place, resource in enumerate(course.resource_ids)}
    model = learner_model(lambda _: course)
    for step in range(ROUNDS):
        now = start + step * APART
        found = [await candidates(graph, name, now) for name in names]
        chosen = [chance.choice(each.resources) if each.resources else None for each in found]
        right = hidden.answer(np.array([places[each] if each else 0 for each in chosen]))
        for name, resource, answer in zip(names, chosen, right, strict=True):
            if resource:
                outcome = Outcome(f"{name}-{step}", name, bool(answer), now, resource=resource)
                await record_outcome(graph, outcome, model, now, COURSE)


def main() -> None:
    """Draw them all."""
    asyncio.run(imported(COURSE, draw))


if __name__ == "__main__":
    main()
