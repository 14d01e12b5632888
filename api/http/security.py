"""The door: a request shows the API key or gets 401."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api.keys import same

_bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer KEY`")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


async def check_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> None:
    """Raise 401 unless the request carries the key as a bearer token or as X-API-Key."""
    shown = bearer.credentials if bearer else header
    if shown is None or not same(shown, request.app.state.key):
        raise HTTPException(401, "Show the API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.")
