"""Ready queries for analysts: the queries of cypher/analyze by name, read-only and within a time limit.

Fill in parameters that were left out (the course where there is only one, defaults, now) and refuse learners and
courses that do not exist instead of returning an empty result. `lodestar ask NAME --show` prints one as it is pasted
into Neo4j Browser.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from graph import catalogue, queries
from graph.analysis.ad_hoc import MAX_ROWS, QUERY_SECONDS, QueryResult, run_query
from graph.connection import Graph, Row
from graph.errors import Invalid, NotFound
from graph.learners.profiles import read_learner
from graph.values import to_utc

DEFAULT_PARAMETERS: dict[str, Any] = {
    "limit": 20,
    "at_least": 5,
    "days": 14,
    "weeks": 4,
    "depth": 3,
    "learners": [],
    "since": datetime(1970, 1, 1, tzinfo=UTC),
    "baseline": "",
}
"""What a parameter is when it is not given; `now` and `until` are the present."""

PRESENT_PARAMETERS = ("now", "until")
"""Parameters that are the present when they are not given."""

GROUPS = ("progress", "points", "resources", "items", "goals", "teams", "policies")
"""What the questions are about, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class ReadyQuestion:
    """A ready query: what it answers, its parameters with their types, its columns, and how it is drawn.

    Attributes:
        group: one of `GROUPS`.
        plot: e.g. "line x=week y=right_share"; "" where a picture would say nothing.
    """

    name: str
    summary: str
    params: dict[str, str]
    columns: tuple[str, ...]
    group: str
    plot: str
    text: str


def list_questions() -> list[ReadyQuestion]:
    """Return all ready queries by name."""
    return [find_question(name.removeprefix("analyze/")) for name in queries.list_query_names("analyze")]


def find_question(name: str) -> ReadyQuestion:
    """Return one ready query; raises `NotFound`."""
    if f"analyze/{name}" not in queries.list_query_names("analyze"):
        raise NotFound("analysis", name)
    query = queries.load_query(f"analyze/{name}")
    more = query.more
    return ReadyQuestion(
        name, query.summary, query.params, query.returns, more["group"], more.get("plot", ""), query.text
    )


async def analyse(graph: Graph, name: str, given: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a ready query; values may be text, as on a command line.

    Raises `NotFound` for the query's name, `Invalid` for a parameter that is missing, unknown or no value of its type,
    and what `graph.analysis.ad_hoc.run_query` raises.
    """
    return (await answer_question(graph, find_question(name), given)).records()


async def answer_question(
    graph: Graph, asked: ReadyQuestion, given: Mapping[str, Any], timeout: float = QUERY_SECONDS, rows: int = MAX_ROWS
) -> QueryResult:
    """Run a ready question within a time limit and return its columns and rows.

    Without the server's warnings: a graph in which nobody has forgotten, say, lacks properties that questions name.
    """
    return await run_query(graph, asked.text, parameter_values(asked, given), timeout, rows, warn=False)


def parameter_values(asked: ReadyQuestion, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a question, those that were not given at their defaults; raises `Invalid`."""
    for key in sorted(given.keys() - asked.params.keys()):
        close = get_close_matches(key, asked.params, 1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise Invalid(f"{asked.name} takes {', '.join(asked.params)}; not {key}.{meant}", key)
    return {key: _parameter_value(asked.name, key, kind, given) for key, kind in asked.params.items()}


def _parameter_value(name: str, key: str, kind: str, given: Mapping[str, Any]) -> Any:
    value = given.get(key, datetime.now(UTC) if key in PRESENT_PARAMETERS else DEFAULT_PARAMETERS.get(key))
    if value is None:
        raise Invalid(f"{name} needs {key} ({kind}).", key)
    try:
        return _PARSERS.get(kind, str)(value)
    except ValueError as error:
        raise Invalid(f"{key} of {name} is {value!r}; it must be {kind}.", key) from error


def _parse_moment(value: Any) -> datetime:
    """Return a moment in UTC; text without a time zone, such as 2026-11-01, is UTC."""
    if not isinstance(value, str):
        return to_utc(value)
    moment = datetime.fromisoformat(value)
    return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _parse_names(value: Any) -> list[str]:
    """Return a list, or text: a JSON list, or names with commas between them."""
    if not isinstance(value, str):
        return [str(each) for each in value]
    found = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
    return [str(each).strip() for each in found]


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "DATETIME": _parse_moment,
    "INTEGER": int,
    "FLOAT": float,
    "LIST<STRING>": _parse_names,
}


async def complete_parameters(graph: Graph, question: ReadyQuestion, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters with the course, if it is the only one.

    Raises `Invalid` without a course, for an unknown team, or for an arm that never decided; `NotFound` for an unknown
    learner.
    """
    if "learner" in question.params and "learner" in given:
        await read_learner(graph, given["learner"])
    if "learners" in question.params and given.get("learners"):
        await _check_learners(graph, _parse_names(given["learners"]))
    if "course" not in question.params:
        return given
    course = await _find_course(graph, question, given)
    if "baseline" in question.params and given.get("baseline"):
        await _check_arm(graph, course, given["baseline"])
    return given | {"course": course}


async def _find_course(graph: Graph, question: ReadyQuestion, given: Mapping[str, Any]) -> str:
    courses = [course.id for course in await catalogue.list_courses(graph)]
    if not courses:
        raise Invalid("There is no course yet. Import one: lodestar import examples/english", "course")
    course = given.get("course", courses[0] if len(courses) == 1 else None)
    if course not in courses:
        said = f"There is no course {course!r}" if course else f"{question.name} needs --course"
        raise Invalid(f"{said}: one of {', '.join(courses)}.", "course")
    return str(course)


async def _check_learners(graph: Graph, names: list[str]) -> None:
    """Raise `Invalid` for names that are neither ids of learners nor teams, with the teams that there are."""
    [row] = await graph.read("ask/unknown_learners", names=names)
    if row["unknown"]:
        unknown, there = ", ".join(row["unknown"]), ", ".join(row["teams"])
        known = f"teams: {there}." if there else "no learner has the property `team`, so name learners by their ids."
        raise Invalid(f"There is no team or learner {unknown}; {known}", "learners")


async def _check_arm(graph: Graph, course: str, baseline: str) -> None:
    """Raise `Invalid` for a baseline that is no policy, or policy and version, of the course's decisions."""
    arms = await graph.read("ask/arms", course=course)
    if not any(baseline in (row["arm"], row["policy"]) for row in arms):
        there = ", ".join(row["arm"] for row in arms) or "none has decided yet"
        raise Invalid(f"There is no arm {baseline!r} in {course}; arms: {there}.", "baseline")
