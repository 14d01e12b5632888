"""`lodestar diagnostic`: find out what a learner knows already, question by question."""

from typing import Annotated

import typer
from rich.console import Console

from api.cli.service_runtime import run_in_context
from services import diagnostics
from services.context import AppContext
from services.diagnostics import MAX_QUESTIONS, DiagnosticResult, QuestionView

console = Console(soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(diagnostic)


def diagnostic(
    learner: Annotated[str, typer.Argument(help="The learner's id.", show_default=False)],
    course: Annotated[str | None, typer.Option(help="The learner's own without it.")] = None,
    length: Annotated[int, typer.Option(min=1, max=200, help="Questions at most.")] = MAX_QUESTIONS,
) -> None:
    """Ask LEARNER questions on the way to the goal, then set what they know. 0: "I do not know"; q ends early."""
    result = run_in_context(lambda context: _run_diagnostic(context, learner, course, length))
    console.print(f"{result.right} of {result.answered} right; what was not asked is inferred along the graph")
    for point in result.points:
        asked = f"{point.answers} asked" if point.answers else ""
        learn = "" if point.level >= point.needed else "to learn"
        console.print(f"  {point.level:>4.0%} ± {point.uncertainty:.0%}  {learn:<9}{asked:<9}{point.name}")


async def _run_diagnostic(context: AppContext, learner: str, course: str | None, length: int) -> DiagnosticResult:
    """Every answer is noted at once, so nothing is lost when the terminal closes."""
    view = await diagnostics.start_diagnostic(context, learner, course, length)
    while not view.complete:
        question = next(each for each in view.questions if not each.answered)
        answer = _ask_question(f"{len(view.questions)} (of {length} at most)", question)
        if answer is None:
            break
        view = await diagnostics.answer_questions(context, view.id, {question.id: answer})
    return await diagnostics.finish_diagnostic(context, view.id)


def _ask_question(place: str, question: QuestionView) -> str | None:
    """The text of the chosen option, "" for "I do not know", None to end."""
    console.print(f"\n{place}  {question.prompt}")
    for number, option in enumerate(question.options, 1):
        console.print(f"  {number}  {option}")
    while True:
        typed = typer.prompt("answer").strip()
        if typed == "q":
            return None
        if typed.isdigit() and int(typed) <= len(question.options):
            return ["", *question.options][int(typed)]
        console.print(f"Type 1 to {len(question.options)}, 0 if you do not know, q to end.")
