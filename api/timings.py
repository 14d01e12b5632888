"""Where a request's time went, told in the Server-Timing header and read by benchmarks/serve.

A request opens a `Timings`; the parts of the work that are marked with `measured` add their time to the one that is
open, and to nothing where none is.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_open: ContextVar["Timings | None"] = ContextVar("timings", default=None)


class Timings:
    """Milliseconds by part of the work; a part measured twice adds up."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self.parts: dict[str, float] = {}

    @classmethod
    def open(cls) -> "Timings":
        """Start measuring for the current request."""
        timings = cls()
        _open.set(timings)
        return timings

    @classmethod
    def current(cls) -> "Timings":
        """What is measured for the current request."""
        return _open.get() or cls()

    def add(self, part: str, seconds: float) -> None:
        """Add to a part."""
        self.parts[part] = self.parts.get(part, 0.0) + seconds * 1000

    def header(self) -> str:
        """The value of Server-Timing: every part and the total so far, in milliseconds."""
        total = (perf_counter() - self._began) * 1000
        return ", ".join(f"{part};dur={spent:.3f}" for part, spent in {**self.parts, "total": total}.items())


def measured(part: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Count the time of a function as `part` of the request."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            began = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                _add(part, began)

        return timed

    return decorate


def awaited(part: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """The same for a coroutine: waiting counts."""

    def decorate(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(function)
        async def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            began = perf_counter()
            try:
                return await function(*args, **kwargs)
            finally:
                _add(part, began)

        return timed

    return decorate


def _add(part: str, began: float) -> None:
    timings = _open.get()
    if timings is not None:
        timings.add(part, perf_counter() - began)
