"""Report of log cleaning: each kind of bad input, how often it occurred, examples, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_EXAMPLES = 5
"""Most rows or ids that a report names of each kind."""


@dataclass(frozen=True)
class CleaningFinding:
    """One kind of bad input.

    Attributes:
        kind: name of the kind.
        count: how often it occurred.
        examples: the first few rows or ids.
        action: what was done about it.
    """

    kind: str
    count: int
    examples: tuple[str, ...]
    action: str

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.count} × {self.kind}: {self.action} ({', '.join(self.examples)}{more})"


def add_finding(findings: list[CleaningFinding], kind: str, names: Sequence[str], action: str) -> None:
    """Append a finding, if there are any names."""
    if names:
        findings.append(CleaningFinding(kind, len(names), tuple(names[:MAX_EXAMPLES]), action))


@dataclass(frozen=True)
class CleaningReport:
    """Report on the cleaning of a log: rows given, rows kept, learners kept, and findings."""

    rows: int
    kept: int
    learners: int
    findings: tuple[CleaningFinding, ...]

    @property
    def summary(self) -> str:
        """Content of the log in words."""
        return f"{self.learners} learners"

    def count(self, kind: str) -> int:
        """Return how often this kind was found."""
        return sum(found.count for found in self.findings if found.kind == kind)

    def __str__(self) -> str:
        head = f"{self.kept} of {self.rows} rows kept: {self.summary}"
        return "\n".join([head, *(f"  {found}" for found in self.findings)])
