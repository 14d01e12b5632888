"""Domain errors as problem details (RFC 9457): the one table from class to status."""

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from graph.errors import (
    Conflict,
    GraphRefused,
    GraphUnavailable,
    Invalid,
    LodestarError,
    NotFound,
    SetupFailed,
)

STATUS: dict[type[LodestarError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    GraphUnavailable: 503,
    GraphRefused: 503,
    SetupFailed: 503,
}
RETRY_SECONDS = 2


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where, as a dotted path.", examples=["level"])
    message: str = Field(examples=["0.0 to 1.0, not 1.5"])


class Problem(BaseModel):
    """Every error's body (RFC 9457, application/problem+json)."""

    type: str = Field(examples=["urn:lodestar:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no learner 'ana'."])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/learners/ana"])
    errors: list[FieldProblem] = Field([], description="422 only: each field and what is wrong with it.")


def reply(request: Request, status: int, detail: str, **more: Any) -> Response:
    """One problem as a response."""
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
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_SECONDS)}}.get(status)
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Make the app answer every refusal with a problem."""
    app.add_exception_handler(LodestarError, _refusal)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _status)


async def _refusal(request: Request, error: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    more: dict[str, Any] = {}
    if isinstance(error, NotFound):
        more = {"kind": error.kind, "id": error.id}
    elif isinstance(error, Invalid) and error.field:
        more = {"errors": [{"field": error.field, "message": str(error)}]}
    return reply(request, status, str(error), **more)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": _place(each["loc"]), "message": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    return reply(request, 422, detail, errors=errors)


def _place(location: tuple[int | str, ...]) -> str:
    """("body", "goals", 0, "level") → "goals.0.level"; a broken body has no field and stays "body"."""
    inner = location[1:] if len(location) > 1 and isinstance(location[1], str) else location
    return ".".join(str(part) for part in inner)


async def _status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return reply(request, error.status_code, str(error.detail))
