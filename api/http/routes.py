"""Everything under /v1, behind the API key, with the problems that it may answer with."""

from fastapi import APIRouter, Depends

from api.http import catalogue, learner_routes, outcomes
from api.http.replies import PROBLEMS
from api.http.security import check_key


def v1() -> APIRouter:
    """The routes of version 1."""
    router = APIRouter(dependencies=[Depends(check_key)], responses=PROBLEMS)
    for part in (learner_routes, outcomes, catalogue):
        router.include_router(part.router)
    return router
