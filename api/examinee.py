"""A make-believe learner at home in A1 and half-way through A2, who takes a diagnostic question by question."""

import random
import zlib

from api import diagnostics
from api.loop import Loop
from api.requests import QUESTIONS
from api.views import DiagnosticResult
from graph import catalogue

CHANCE = {"A1": 0.95, "A2": 0.55, "B1": 0.1, "B2": 0.0}
"""Chance of knowing an answer, by the level of the point it asks about."""


async def take_diagnostic(loop: Loop, learner: str, course: str, length: int = QUESTIONS) -> DiagnosticResult:
    """Start, answer, finish; the same question gets the same answer every time."""
    rows = await catalogue.course(loop.graph, course)
    level = {point["id"]: point["level"] or "" for point in rows.points}
    items = {item["id"]: item for item in rows.items}
    view = await diagnostics.start(loop, learner, course, length)
    while not view.complete:
        answers = {each.id: _answer(items[each.id], level) for each in view.questions if not each.answered}
        view = await diagnostics.answer(loop, view.id, answers)
    return await diagnostics.finish(loop, view.id)


def _answer(item: catalogue.ItemRow, level: dict[str, str]) -> str:
    dice = random.Random(zlib.crc32(item["id"].encode()))
    knows = dice.random() < min(CHANCE.get(level[point], 0.3) for point in item["points"])
    return item["answer"] if knows else dice.choice(item["distractors"])


__all__ = ["DiagnosticResult", "take_diagnostic"]
