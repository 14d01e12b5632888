"""What endpoints share: the app's context, path and query parameters, JSON responses.

Responses are written by orjson and carry the request's times in the Server-Timing header.
"""

from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Query, Request, Response

from api.http.errors import ProblemDetails
from services.context import AppContext
from services.timings import Timings


async def _get_context(request: Request) -> AppContext:
    context: AppContext = request.app.state.context
    return context


ContextDep = Annotated[AppContext, Depends(_get_context)]
LearnerId = Annotated[str, Path(description="The learner's id.", examples=["learner-17"])]
OwnCourseQuery = Annotated[
    str | None, Query(description="Which course; the learner's own without it.", examples=["english"])
]


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "description": text, "content": {"application/problem+json": {}}}
    for status, text in {
        401: "No API key, or a wrong one.",
        404: "There is no such thing; the detail names it.",
        409: "It contradicts what is stored.",
        422: "A field breaks a rule; `errors` names it.",
        503: "Neo4j does not answer, or no strategy could decide; try again after Retry-After seconds.",
    }.items()
}


def make_json_response(view: Any, status: int = 200) -> Response:
    """Return the view as a JSON response. It is personal and changes, so no cache may keep it."""
    headers = {"Cache-Control": "no-store", "Server-Timing": Timings.current().header()}
    return Response(orjson.dumps(view), status, headers, "application/json")
