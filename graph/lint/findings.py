"""A check and its findings; severity and fix stand in the header of the check's query."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph import queries

SEVERITIES = ("error", "warning", "note")
"""From what breaks the course for learners to what is only worth knowing."""

Hit = tuple[str, str]
"""What a check found: the id of a row (`before → after` of an arrow), and what there is to say about it."""


@dataclass(frozen=True, slots=True)
class LintCheck:
    """One check. `is_whole_graph` is true where it looks at the whole graph and not at one course."""

    name: str
    summary: str
    severity: str
    fix: str
    is_whole_graph: bool = False

    @property
    def query(self) -> str:
        """The name of its query file."""
        return f"lint/{self.name}"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """All that one check found, in the order of ids (of lines, where rows are refused).

    `detail` has a text for each id, which may be empty. `course` is empty where the check looked at the whole graph.
    """

    check: str
    severity: str
    count: int
    ids: tuple[str, ...]
    detail: tuple[str, ...]
    fix: str
    course: str = ""


REFUSED_ROWS = LintCheck(
    "refused", "Rows of files that an import refuses.", "error", "mend the row where its file and line say"
)
"""The one check that only files need: a graph holds no such rows."""


GOAL_OUT_OF_REACH = LintCheck(
    "goal_out_of_reach",
    "Goals that even a learner who answers everything right does not reach.",
    "error",
    "add a resource or a question where something is lacking, or lower masteredAt, or raise gainRight",
)
GOAL_FAR_AWAY = LintCheck(
    "goal_far_away",
    "Goals that learners who answer three of four questions right do not reach in a reasonable number of answers.",
    "warning",
    "add resources or questions to what is before the goal",
)
REACH_CHECKS = (GOAL_OUT_OF_REACH, GOAL_FAR_AWAY)
"""Checks of a course in the graph that simulated learners walk through (services/curation/reach.py)."""


def list_checks() -> list[LintCheck]:
    """Return every check of a graph, the gravest first."""
    found = [_load_check(name) for name in queries.list_query_names("lint") if name.count("/") == 1]
    return sorted(found, key=lambda check: (SEVERITIES.index(check.severity), check.name))


def make_findings(check: LintCheck, hits: Iterable[Hit], course: str = "") -> list[LintFinding]:
    """Return the finding of a check, if there is any."""
    rows = list(hits)
    if not rows:
        return []
    ids, detail = zip(*rows, strict=True)
    return [LintFinding(check.name, check.severity, len(rows), ids, detail, check.fix, course)]


def _load_check(name: str) -> LintCheck:
    query = queries.load_query(name)
    return LintCheck(
        name.removeprefix("lint/"), query.summary, query.more["severity"], query.more["fix"], not query.params
    )
