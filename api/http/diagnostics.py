"""What a new learner knows already: start, answer, finish."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import diagnostics
from api.http.parts import Learner, TheLoop
from api.http.replies import answer
from api.requests import Answers, NewDiagnostic
from api.views import DiagnosticResult, DiagnosticView

router = APIRouter(prefix="/v1", tags=["diagnostic"])

Id = Annotated[str, Path(description="The diagnostic's id.", examples=["diag-5f0c…"])]


@router.post(
    "/learners/{learner}/diagnostics", status_code=201, response_model=DiagnosticView, summary="Start a diagnostic"
)
async def start(loop: TheLoop, learner: Learner, body: NewDiagnostic) -> Response:
    """Asks the first question on the way to the learner's goals: the one whose answer would tell the most."""
    return answer(await diagnostics.start(loop, learner, body.course, body.length), 201)


@router.get("/diagnostics/{id}", response_model=DiagnosticView, summary="Read a diagnostic")
async def show(loop: TheLoop, id: Id) -> Response:
    """Its questions, and which are answered."""
    return answer(await diagnostics.show(loop, id))


@router.post("/diagnostics/{id}/answers", response_model=DiagnosticView, summary="Answer questions")
async def respond(loop: TheLoop, id: Id, body: Answers) -> Response:
    """Notes it and asks the next question, chosen from the answers so far, until `complete`; first answers stay."""
    answers = {each.item: each.answer for each in body.answers}
    return answer(await diagnostics.answer(loop, id, answers))


@router.post("/diagnostics/{id}/finish", response_model=DiagnosticResult, summary="Finish a diagnostic")
async def finish(loop: TheLoop, id: Id) -> Response:
    """Sets the learner's mastery of every point on the way: asked about, or inferred along the graph where nothing was
    known. Finishing twice changes nothing."""
    return answer(await diagnostics.finish(loop, id))
