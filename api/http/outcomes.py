"""What happened: single outcomes and batches."""

from fastapi import APIRouter, Response

from api import reporting
from api.http.parts import TheLoop
from api.http.replies import answer
from api.requests import Outcome, Outcomes
from api.views import OutcomeView, OutcomeViews

router = APIRouter(prefix="/v1", tags=["outcomes"])


@router.post("/outcomes", response_model=OutcomeView, summary="Send an outcome")
async def record(loop: TheLoop, body: Outcome) -> Response:
    """Updates the learner's state and stores the outcome in one transaction; the same id twice changes nothing."""
    return answer((await reporting.report(loop, [body]))[0])


@router.post("/outcomes/batch", response_model=OutcomeViews, summary="Send several outcomes")
async def record_all(loop: TheLoop, body: Outcomes) -> Response:
    """Stores up to 1,000 outcomes in this order, all of them or none."""
    return answer(OutcomeViews(await reporting.report(loop, body.outcomes)))
