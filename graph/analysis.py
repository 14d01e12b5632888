"""Ready questions for analysts: the queries of cypher/analyze, by name, read-only and within a time (`graph.asking`).

The same files can be pasted into Neo4j Browser after `:param course => 'english'`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from graph import queries
from graph.asking import ROWS, SECONDS, Answer, ask
from graph.connection import Graph, Row
from graph.errors import Invalid, NotFound
from graph.times import utc

DEFAULTS: dict[str, Any] = {"limit": 20, "at_least": 5, "days": 14, "weeks": 4, "depth": 3, "learners": []}
"""What a parameter is when it is not given; `now` is the present."""

GROUPS = ("progress", "points", "resources", "items", "goals", "teams", "policies")
"""What the questions are about, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Question:
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


def questions() -> list[Question]:
    """All ready queries by name."""
    return [question(name.removeprefix("analyze/")) for name in queries.names("analyze")]


def question(name: str) -> Question:
    """One ready query; raises `NotFound`."""
    if f"analyze/{name}" not in queries.names("analyze"):
        raise NotFound("analysis", name)
    query = queries.load(f"analyze/{name}")
    more = query.more
    return Question(name, query.summary, query.params, query.returns, more["group"], more.get("plot", ""), query.text)


async def analyse(graph: Graph, name: str, given: Mapping[str, Any]) -> list[Row]:
    """The rows of a ready query; values may be text, as on a command line.

    Raises `NotFound` for the query's name, `Invalid` for a parameter that is missing, unknown or no value of its type,
    and what `graph.asking.ask` raises.
    """
    return (await answered(graph, question(name), given)).records()


async def answered(
    graph: Graph, asked: Question, given: Mapping[str, Any], timeout: float = SECONDS, rows: int = ROWS
) -> Answer:
    """Like `analyse`, with the columns, and in the time that is given."""
    return await ask(graph, asked.text, values(asked, given), timeout, rows)


def values(asked: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a question, those that were not given at their defaults; raises `Invalid`."""
    for key in sorted(given.keys() - asked.params.keys()):
        close = get_close_matches(key, asked.params, 1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise Invalid(f"{asked.name} takes {', '.join(asked.params)}; not {key}.{meant}", key)
    return {key: _value(asked.name, key, kind, given) for key, kind in asked.params.items()}


def _value(name: str, key: str, kind: str, given: Mapping[str, Any]) -> Any:
    value = given.get(key, datetime.now(UTC) if key == "now" else DEFAULTS.get(key))
    if value is None:
        raise Invalid(f"{name} needs {key} ({kind}).", key)
    try:
        return _READ.get(kind, str)(value)
    except ValueError as error:
        raise Invalid(f"{key} of {name} is {value!r}; it must be {kind}.", key) from error


def _moment(value: Any) -> datetime:
    return utc(datetime.fromisoformat(value) if isinstance(value, str) else value)


def _names(value: Any) -> list[str]:
    """A list, or text: a JSON list, or names with commas between them."""
    if not isinstance(value, str):
        return [str(each) for each in value]
    found = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
    return [str(each).strip() for each in found]


_READ: dict[str, Callable[[Any], Any]] = {
    "DATETIME": _moment,
    "INTEGER": int,
    "FLOAT": float,
    "LIST<STRING>": _names,
}
