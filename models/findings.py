"""What cleaning tells of a log: each kind of bad input by name, how often, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 5
"""How many rows or ids a report names of each kind."""


@dataclass(frozen=True)
class Finding:
    """One kind of bad input: how often, the first few by name, and what was done about it."""

    kind: str
    count: int
    first: tuple[str, ...]
    done: str

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.first) else ""
        return f"{self.count} × {self.kind}: {self.done} ({', '.join(self.first)}{more})"


def note(findings: list[Finding], kind: str, names: Sequence[str], done: str) -> None:
    """One more finding, if there is anything to name."""
    if names:
        findings.append(Finding(kind, len(names), tuple(names[:SHOWN]), done))


@dataclass(frozen=True)
class Report:
    """What became of a log's rows."""

    rows: int
    kept: int
    learners: int
    findings: tuple[Finding, ...]

    @property
    def about(self) -> str:
        """Who and what is in the log."""
        return f"{self.learners} learners"

    def count(self, kind: str) -> int:
        """How often this kind was found."""
        return sum(found.count for found in self.findings if found.kind == kind)

    def __str__(self) -> str:
        head = f"{self.kept} of {self.rows} rows kept: {self.about}"
        return "\n".join([head, *(f"  {found}" for found in self.findings)])
