"""Where a request's time went, told in the Server-Timing header and read by benchmarks/serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Timings:
    """Milliseconds by part of the work; a part measured twice adds up."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self.parts: dict[str, float] = {}

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Add the time inside the block to `part`."""
        began = perf_counter()
        try:
            yield
        finally:
            self.add(part, (perf_counter() - began) * 1000)

    def add(self, part: str, milliseconds: float) -> None:
        """Add time that was measured elsewhere."""
        self.parts[part] = self.parts.get(part, 0.0) + milliseconds

    def header(self) -> str:
        """The value of Server-Timing: every part and the total so far, in milliseconds."""
        total = (perf_counter() - self._began) * 1000
        return ", ".join(f"{part};dur={spent:.3f}" for part, spent in {**self.parts, "total": total}.items())
