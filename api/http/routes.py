"""Everything behind the API key, with the problems that it may answer with."""

from fastapi import Depends, FastAPI

from api.http import graph_routes, learner_routes, outcomes
from api.http.replies import PROBLEMS
from api.http.security import check_key


def install(app: FastAPI) -> None:
    """Add the routes of version 1, each router directly: FastAPI asks nested ones level by level."""
    for router in (*learner_routes.ROUTERS, outcomes.router, *graph_routes.ROUTERS):
        app.include_router(router, dependencies=[Depends(check_key)], responses=PROBLEMS)
