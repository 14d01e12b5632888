"""Diagnostics of a learner: start, read, answer, finish."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.http.dependencies import ContextDep, LearnerId, make_json_response
from services import diagnostics
from services.diagnostics import AnswersBody, DiagnosticResult, DiagnosticView, NewDiagnostic

router = APIRouter(prefix="/v1", tags=["diagnostic"])

DiagnosticId = Annotated[str, Path(description="The diagnostic's id.", examples=["diag-5f0c…"])]


@router.post(
    "/learners/{learner}/diagnostics", status_code=201, response_model=DiagnosticView, summary="Start a diagnostic"
)
async def start_diagnostic(context: ContextDep, learner: LearnerId, body: NewDiagnostic) -> Response:
    """Asks the first question on the way to the learner's goals: the one whose answer would tell the most."""
    return make_json_response(await diagnostics.start_diagnostic(context, learner, body.course, body.length), 201)


@router.get("/diagnostics/{id}", response_model=DiagnosticView, summary="Read a diagnostic")
async def get_diagnostic(context: ContextDep, id: DiagnosticId) -> Response:
    """Its questions, and which are answered."""
    return make_json_response(await diagnostics.get_diagnostic(context, id))


@router.post("/diagnostics/{id}/answers", response_model=DiagnosticView, summary="Answer questions")
async def answer_questions(context: ContextDep, id: DiagnosticId, body: AnswersBody) -> Response:
    """Notes it and asks the next question, chosen from the answers so far, until `complete`; first answers stay."""
    answers = {each.item: each.answer for each in body.answers}
    return make_json_response(await diagnostics.answer_questions(context, id, answers))


@router.post("/diagnostics/{id}/finish", response_model=DiagnosticResult, summary="Finish a diagnostic")
async def finish_diagnostic(context: ContextDep, id: DiagnosticId) -> Response:
    """Sets the learner's mastery of every point on the way: asked about, or inferred along the graph where nothing was
    known. Finishing twice changes nothing."""
    return make_json_response(await diagnostics.finish_diagnostic(context, id))
