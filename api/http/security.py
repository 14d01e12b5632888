"""Check the API key.

The key is made at the first start and kept in the user's config folder, readable by its owner only.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from graph.errors import SetupFailed
from services.settings import Settings

KEY_FILE = "api-key"


def ensure_api_key(settings: Settings) -> str:
    """The key that callers must show: LODESTAR_API_KEY, else the kept one, else a new one; raises `SetupFailed`."""
    if settings.api_key is not None and settings.api_key.get_secret_value():
        return settings.api_key.get_secret_value()
    path = settings.config / KEY_FILE
    try:
        return _read_key(path) or _make_key(path)
    except OSError as error:
        raise SetupFailed(f"The API key cannot be kept in {path} ({error}). Set LODESTAR_API_KEY instead.") from error


def is_same_key(shown: str, key: str) -> bool:
    """Whether a caller's key is ours, in a time that does not tell how much of it is right."""
    return hmac.compare_digest(shown.encode(), key.encode())


def _read_key(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _make_key(path: Path) -> str:
    """Two processes that start together end with one key: the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        if not _read_key(path):
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return _read_key(path)


_bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer KEY`")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


async def check_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> None:
    """Raise 401 unless the request carries the key as a bearer token or as X-API-Key."""
    shown = bearer.credentials if bearer else header
    if shown is None or not is_same_key(shown, request.app.state.key):
        raise HTTPException(401, "Show the API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.")
