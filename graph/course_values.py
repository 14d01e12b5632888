"""How one value of a course table is read: a parser takes the raw value and returns it typed, or says what is wrong."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

_BREAKS = re.compile(r"\r\n?")


def text(value: Any) -> str:
    """Text without blanks around it, line ends as \\n, composed accents (NFC)."""
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_shown(value)}")
    clean = value.strip()
    if clean.isascii() and clean.isprintable():
        return clean
    if not clean.isascii():
        clean = unicodedata.normalize("NFC", clean)
    if not clean.isprintable():
        clean = _BREAKS.sub("\n", clean)
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in clean):
            raise ValueError("holds a control character; remove it")
    return clean


def _shown(value: Any) -> str:
    """A value in a message."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def identifier(value: Any) -> str:
    """An id: at most 200 characters, no blanks."""
    value = text(value)
    if len(value) > 200 or len(value.split()) != 1 or "|" in value:
        raise ValueError(f"{value[:60]!r} is no id: at most 200 characters, without blanks and without |")
    if not value.isprintable():
        hidden = next(sign for sign in value if not sign.isprintable())
        raise ValueError(f"holds the sign U+{ord(hidden):04X}, which nobody sees; remove it")
    return str(value)


def number(low: float, high: float, above: bool = False) -> Callable[[Any], float]:
    """A number in [low, high], or in (low, high] when it must be `above` low."""

    def parse(value: Any) -> float:
        try:
            parsed = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            parsed = None
        if parsed is None:
            raise ValueError(f"must be a number such as 0.5, not {_shown(value)}")
        if not low <= parsed <= high or (above and parsed == low):
            raise ValueError(f"must be {'above' if above else 'at least'} {low:g} and at most {high:g}, not {parsed:g}")
        return parsed

    return parse


def one_of(*words: str) -> Callable[[Any], str]:
    """One of a few words."""

    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {_shown(value)}")
        return str(value)

    return parse


def matching(pattern: str, wanted: str) -> Callable[[Any], str]:
    """Text that matches `pattern` as a whole; `wanted` says in words what that is."""
    compiled = re.compile(pattern)

    def parse(value: Any) -> str:
        value = text(value)
        if not compiled.fullmatch(value):
            raise ValueError(f"must be {wanted}, not {value[:60]!r}")
        return str(value)

    return parse


def list_of(parse: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """A JSON list, or text parted by | in a CSV cell."""

    def parse_all(value: Any) -> tuple[str, ...]:
        values = value.split("|") if isinstance(value, str) else value
        if not isinstance(values, list):
            raise ValueError(f"must be a list, not {_shown(value)}")
        return tuple(parse(one) for one in values)

    return parse_all
