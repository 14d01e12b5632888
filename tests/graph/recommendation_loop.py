"""Runs the real loop on the database, so that tests of what reads the log have a log."""

import random
from datetime import datetime, timedelta

from graph.connection import Graph
from graph.learners.practice import Outcome
from graph.recommendations.candidates import read_candidates
from graph.recommendations.decisions import LoggedDecision, log_decisions
from tests.graph.outcome_model import learn
from tests.graph.short_forms import record_outcome


async def run_loop(graph: Graph, learner: str, start: datetime, steps: int, seed: int = 0) -> int:
    """Up to `steps` rounds, one every 12 hours: candidates, a uniform choice, its log, an answer; their number."""
    chance = random.Random(seed)
    for step in range(steps):
        now = start + timedelta(hours=12 * step)
        found = await read_candidates(graph, learner, now)
        if not found.resources:
            return step
        size = len(found.resources)
        chosen = chance.choice(found.resources)
        decision = LoggedDecision(
            f"{learner}-q{step}", learner, found.course, now, "random", "1", chosen, 1 / size, found.revision,
            found.step, found.goals, found.resources, [True] * size, [], [1 / size] * size,
        )  # fmt: skip
        await log_decisions(graph, [decision])
        answer = Outcome(
            f"{learner}-o{step}", learner, chance.random() < 0.75, now + timedelta(minutes=9), decision.id, minutes=8.0
        )
        await record_outcome(graph, answer, learn, answer.at)
    return steps
