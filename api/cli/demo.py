"""`lodestar demo`: run every step once, on a real Neo4j and a real course.

A simulated learner, strong in A1 and half-way through A2, takes a diagnostic question by question.
"""

import asyncio
import random
import zlib
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from api.cli import courses, evaluation, serve
from api.cli.recommendations import print_path
from graph import catalogue
from services import diagnostics
from services.context import AppContext, ContextFactory
from services.diagnostics import MAX_QUESTIONS, DiagnosticResult
from services.learners import profiles
from services.learners.schemas import GoalBody, NewLearner
from services.recommendations import paths, schemas
from services.settings import Settings

KNOWN_PROBABILITY = {"A1": 0.95, "A2": 0.55, "B1": 0.1, "B2": 0.0}
"""Chance of knowing an answer, by the level of the point it asks about."""


async def take_diagnostic(
    context: AppContext, learner: str, course: str, length: int = MAX_QUESTIONS
) -> DiagnosticResult:
    """Take a diagnostic from start to finish; the same question gets the same answer every time."""
    rows = await catalogue.read_course_rows(context.graph, course)
    level = {point["id"]: point["level"] or "" for point in rows.points}
    items = {item["id"]: item for item in rows.items}
    view = await diagnostics.start_diagnostic(context, learner, course, length)
    while not view.complete:
        answers = {each.id: _answer_item(items[each.id], level) for each in view.questions if not each.answered}
        view = await diagnostics.answer_questions(context, view.id, answers)
    return await diagnostics.finish_diagnostic(context, view.id)


def _answer_item(item: catalogue.ItemRow, level: dict[str, str]) -> str:
    dice = random.Random(zlib.crc32(item["id"].encode()))
    knows = dice.random() < min(KNOWN_PROBABILITY.get(level[point], 0.3) for point in item["points"])
    return item["answer"] if knows else dice.choice(item["distractors"])


class DemoResult(NamedTuple):
    """What the demonstration prints."""

    diagnostic: DiagnosticResult
    path: schemas.LearningPath


async def run_demo_learner(service: ContextFactory, course: str, goal: str) -> DemoResult:
    """Create a learner, take a diagnostic and plan the path to the goal."""
    async with service.open() as context:
        learner = await profiles.create_learner(context, NewLearner(course=course, goals=[GoalBody(point=goal)]))
        result = await take_diagnostic(context, learner.id, course)
        return DemoResult(result, await paths.find_path(context, learner.id, course))


console = Console(soft_wrap=True, highlight=False)
EXAMPLES = Path(__file__).parents[2] / "examples"
COURSE_ID, GOAL_POINT = "english", "english/present-perfect-for-since"
TRAINING_STEPS, EVALUATION_LEARNERS = 24_576, 1_000


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API at the end.")] = True,
) -> None:
    """Import the English course, train a small policy, take a learner through a diagnostic, print the path, serve."""
    settings = Settings()
    console.rule("1  the course")
    courses.import_files(settings, EXAMPLES / COURSE_ID)
    console.rule("2  the policy")
    evaluation.ensure_policy(settings, COURSE_ID, TRAINING_STEPS, EVALUATION_LEARNERS)
    console.rule("3  a learner")
    shown = asyncio.run(run_demo_learner(serve.make_context_factory(settings), COURSE_ID, GOAL_POINT))
    diagnostic, path = shown.diagnostic, shown.path
    console.print(f"diagnostic  {diagnostic.right} of {diagnostic.answered} right, on the way to {path.goals[0].name}")
    file = settings.home / "paths" / f"{path.learner}.html"
    print_path(path, file)
    console.rule("4  your turn")
    serve.run_server(settings, file) if serving else serve.print_addresses(settings, file)
