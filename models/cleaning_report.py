"""Report of log cleaning: each kind of bad input, how often it occurred, examples, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_EXAMPLES = 5
"""How many rows or ids a report names of each kind."""


@dataclass(frozen=True)
class CleaningFinding:
    """One kind of bad input: how often, the first few by name, and what was done about it."""

    kind: str
    count: int
    first: tuple[str, ...]
    done: str

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.first) else ""
        return f"{self.count} × {self.kind}: {self.done} ({', '.join(self.first)}{more})"


def add_finding(findings: list[CleaningFinding], kind: str, names: Sequence[str], done: str) -> None:
    """One more finding, if there is anything to name."""
    if names:
        findings.append(CleaningFinding(kind, len(names), tuple(names[:MAX_EXAMPLES]), done))


@dataclass(frozen=True)
class CleaningReport:
    """What became of a log's rows."""

    rows: int
    kept: int
    learners: int
    findings: tuple[CleaningFinding, ...]

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
