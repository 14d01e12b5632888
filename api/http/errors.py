"""Domain errors as HTTP responses: the one table from error class to status.

Problem details (RFC 9457) for /v1, an imsx_StatusInfo for the CASE routes, as the standard requires.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from graph.errors import (
    BadCourse,
    Conflict,
    GraphRefused,
    GraphUnavailable,
    Invalid,
    LodestarError,
    NoStrategyAvailable,
    NotFound,
    SetupFailed,
)
from graph.query_parts import BadQuery
from services.catalogue.case import CodeMinor, StatusInfo

STATUS_BY_ERROR: dict[type[LodestarError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    BadCourse: 422,
    GraphUnavailable: 503,
    GraphRefused: 503,
    NoStrategyAvailable: 503,
    SetupFailed: 503,
    BadQuery: 500,
}
RETRY_AFTER_SECONDS = 2


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where, as a dotted path.", examples=["level"])
    message: str = Field(examples=["0.0 to 1.0, not 1.5"])


class ProblemDetails(BaseModel):
    """Every error's body (RFC 9457, application/problem+json)."""

    type: str = Field(examples=["urn:lodestar:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no learner 'ana'."])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/learners/ana"])
    errors: list[FieldProblem] = Field([], description="422 only: each field and what is wrong with it.")


def make_problem_response(request: Request, status: int, detail: str, **more: Any) -> Response:
    """Return one problem as a response."""
    title = HTTPStatus(status).phrase
    kind = title.lower().replace(" ", "-")
    body = {
        "type": f"urn:lodestar:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_AFTER_SECONDS)}}.get(status)
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def install_error_handlers(app: FastAPI) -> None:
    """Make the app answer every refusal with a problem."""
    app.add_exception_handler(LodestarError, _handle_refusal)
    app.add_exception_handler(RequestValidationError, _handle_invalid_request)
    app.add_exception_handler(HTTPException, _handle_http_error)


async def _handle_refusal(request: Request, error: Exception) -> Response:
    status = next((STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR), 500)
    more: dict[str, Any] = {}
    if isinstance(error, NotFound):
        more = {"kind": error.kind, "id": error.id}
    elif isinstance(error, Invalid) and error.field:
        more = {"errors": [{"field": error.field, "message": str(error)}]}
    return make_problem_response(request, status, str(error), **more)


async def _handle_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": _format_field_path(each["loc"]), "message": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    return make_problem_response(request, 422, detail, errors=errors)


def _format_field_path(location: tuple[int | str, ...]) -> str:
    """("body", "goals", 0, "level") → "goals.0.level"; a broken body has no field and stays "body"."""
    inner = location[1:] if len(location) > 1 and isinstance(location[1], str) else location
    return ".".join(str(part) for part in inner)


async def _handle_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return make_problem_response(request, error.status_code, str(error.detail))


CASE_RESPONSES: dict[int | str, dict[str, Any]] = {
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
        """Return the handler with the refusals caught."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                return _make_status_response(
                    400, _choose_code(str(first["loc"][-1])), f"{first['loc'][-1]}: {first['msg']}"
                )
            except HTTPException as error:
                code: CodeMinor = "unauthorisedrequest" if error.status_code == 401 else "forbidden"
                return _make_status_response(error.status_code, code, str(error.detail), {"WWW-Authenticate": "Bearer"})
            except LodestarError as error:
                return _make_refusal_response(error)

        return handled


def _make_refusal_response(error: LodestarError) -> Response:
    if isinstance(error, NotFound):
        return _make_status_response(404, "unknownobject" if _is_uuid(error.id) else "invaliduuid", str(error))
    if isinstance(error, Invalid):
        return _make_status_response(400, _choose_code(str(error.field)), str(error))
    return _make_status_response(503, "server_busy", str(error), {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _choose_code(parameter: str) -> CodeMinor:
    return "invalid_sort_field" if parameter in ("sort", "orderBy") else "invalid_selection_field"


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _make_status_response(
    status: int, code: CodeMinor, message: str, headers: dict[str, str] | None = None
) -> Response:
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": message,
        "imsx_codeMinor": {
            "imsx_codeMinorField": [{"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}]
        },
    }
    return Response(orjson.dumps(body), status, headers, "application/json")
