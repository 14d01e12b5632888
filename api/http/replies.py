"""How a view leaves: written once, by orjson, with the time it took in a header."""

from typing import Any

import orjson
from fastapi import Response

from api.http.problems import Problem
from api.timings import Timings

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text, "content": {"application/problem+json": {}}}
    for status, text in {
        401: "No API key, or a wrong one.",
        404: "There is no such thing; the detail names it.",
        409: "It contradicts what is stored.",
        422: "A field breaks a rule; `errors` names it.",
        503: "Neo4j does not answer; try again after Retry-After seconds.",
    }.items()
}


def answer(view: Any, status: int = 200) -> Response:
    """The view as JSON. Personal and changing, so no cache may keep it."""
    headers = {"Cache-Control": "no-store", "Server-Timing": Timings.current().header()}
    return Response(orjson.dumps(view), status, headers, "application/json")
