"""Errors of the CASE routes, as the standard wants them: an imsx_StatusInfo instead of a problem."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.case_views import CodeMinor, StatusInfo
from api.http.problems import RETRY_SECONDS
from graph.errors import Invalid, LodestarError, NotFound

STATUSES: dict[int | str, dict[str, Any]] = {
    status: {"model": StatusInfo, "description": text}
    for status, text in {
        400: "A parameter is not as it must be: invalid_selection_field, invalid_sort_field.",
        401: "No API key, or a wrong one: unauthorisedrequest.",
        404: "There is no such object (unknownobject), or the identifier is no UUID (invaliduuid).",
        503: "Neo4j does not answer (server_busy); try again after Retry-After seconds.",
    }.items()
}


class CaseRoute(APIRoute):
    """A route that answers every refusal with an imsx_StatusInfo."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the refusals caught."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                return _reply(400, _unfit(str(first["loc"][-1])), f"{first['loc'][-1]}: {first['msg']}")
            except HTTPException as error:
                code: CodeMinor = "unauthorisedrequest" if error.status_code == 401 else "forbidden"
                return _reply(error.status_code, code, str(error.detail), {"WWW-Authenticate": "Bearer"})
            except LodestarError as error:
                return _refusal(error)

        return handled


def _refusal(error: LodestarError) -> Response:
    if isinstance(error, NotFound):
        return _reply(404, "unknownobject" if _is_uuid(error.id) else "invaliduuid", str(error))
    if isinstance(error, Invalid):
        return _reply(400, _unfit(str(error.field)), str(error))
    return _reply(503, "server_busy", str(error), {"Retry-After": str(RETRY_SECONDS)})


def _unfit(parameter: str) -> CodeMinor:
    return "invalid_sort_field" if parameter in ("sort", "orderBy") else "invalid_selection_field"


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _reply(status: int, code: CodeMinor, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": message,
        "imsx_codeMinor": {
            "imsx_codeMinorField": [{"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}]
        },
    }
    return Response(orjson.dumps(body), status, headers, "application/json")
