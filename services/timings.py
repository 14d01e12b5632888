"""Measure where a request's time went, for the Server-Timing header and `benchmarks.serving.serve`.

A request opens a `Timings`. Functions marked with `measure_time` or `measure_async_time` add their time to the open
one, and to nothing where none is open. Times are in milliseconds.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_current_timings: ContextVar["Timings | None"] = ContextVar("timings", default=None)


class Timings:
    """Milliseconds by part of the work; a part measured twice adds up."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self.parts: dict[str, float] = {}

    @classmethod
    def open(cls) -> "Timings":
        """Start measuring for the current request."""
        timings = cls()
        _current_timings.set(timings)
        return timings

    @classmethod
    def current(cls) -> "Timings":
        """Return the timings of the current request."""
        return _current_timings.get() or cls()

    def add(self, part: str, seconds: float) -> None:
        """Add seconds to a part."""
        self.parts[part] = self.parts.get(part, 0.0) + seconds * 1000

    def header(self) -> str:
        """Return the value of Server-Timing: every part and the total so far, in milliseconds."""
        total = (perf_counter() - self._began) * 1000
        return ", ".join(f"{part};dur={spent:.3f}" for part, spent in {**self.parts, "total": total}.items())


def measure_time(part: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Count the time of a function as `part` of the request."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            began = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                _add_elapsed(part, began)

        return timed

    return decorate


def measure_async_time(part: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Count the time of a coroutine function, waiting included, as `part` of the request."""

    def decorate(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(function)
        async def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            began = perf_counter()
            try:
                return await function(*args, **kwargs)
            finally:
                _add_elapsed(part, began)

        return timed

    return decorate


def _add_elapsed(part: str, began: float) -> None:
    timings = _current_timings.get()
    if timings is not None:
        timings.add(part, perf_counter() - began)
