"""The API's key: made at the first start, kept in the user's config folder, readable by its owner only."""

import hmac
import os
import secrets
from pathlib import Path

from api.settings import Settings
from graph.errors import SetupFailed

FILE = "api-key"


def api_key(settings: Settings) -> str:
    """The key that callers must show: LODESTAR_API_KEY, else the kept one, else a new one; raises `SetupFailed`."""
    if settings.api_key is not None and settings.api_key.get_secret_value():
        return settings.api_key.get_secret_value()
    path = settings.config / FILE
    try:
        return _kept(path) or _make(path)
    except OSError as error:
        raise SetupFailed(f"The API key cannot be kept in {path} ({error}). Set LODESTAR_API_KEY instead.") from error


def same(shown: str, key: str) -> bool:
    """Whether a caller's key is ours, in a time that does not tell how much of it is right."""
    return hmac.compare_digest(shown.encode(), key.encode())


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _make(path: Path) -> str:
    """Two processes that start together end with one key: the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        if not _kept(path):
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return _kept(path)
