"""Ready questions for analysts: the queries of cypher/analyze, by name, in read-only transactions.

The same files can be pasted into Neo4j Browser after `:param course => 'english'`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph import queries
from graph.connection import Graph, Row
from graph.errors import Invalid, NotFound
from graph.times import utc

DEFAULTS = {"limit": 20, "at_least": 5, "days": 14, "weeks": 4}
"""What a parameter is when it is not given; `now` is the present."""


@dataclass(frozen=True, slots=True)
class Question:
    """A ready query: what it answers, its parameters with their types, and its columns."""

    name: str
    summary: str
    params: dict[str, str]
    columns: tuple[str, ...]


def questions() -> list[Question]:
    """All ready queries by name."""
    return [question(name.removeprefix("analyze/")) for name in queries.names("analyze")]


def question(name: str) -> Question:
    """One ready query; raises `NotFound`."""
    if f"analyze/{name}" not in queries.names("analyze"):
        raise NotFound("analysis", name)
    query = queries.load(f"analyze/{name}")
    return Question(name, query.summary, query.params, query.returns)


async def analyse(graph: Graph, name: str, given: dict[str, Any]) -> list[Row]:
    """The rows of a ready query; values may be text, as on a command line.

    Raises `NotFound` for the query's name, `Invalid` for a parameter that is missing, unknown or no value of its type.
    """
    asked = question(name)
    unknown = given.keys() - asked.params.keys()
    if unknown:
        raise Invalid(f"{name} takes {', '.join(asked.params)}; not {', '.join(sorted(unknown))}.", min(unknown))
    params = {key: _value(name, key, kind, given) for key, kind in asked.params.items()}
    return await graph.read(f"analyze/{name}", **params)


def _value(name: str, key: str, kind: str, given: dict[str, Any]) -> Any:
    value = given.get(key, datetime.now(UTC) if key == "now" else DEFAULTS.get(key))
    if value is None:
        raise Invalid(f"{name} needs {key} ({kind}).", key)
    try:
        return _converted(kind, value)
    except ValueError as error:
        raise Invalid(f"{key} of {name} is {value!r}; it must be {kind}.", key) from error


def _converted(kind: str, value: Any) -> Any:
    if kind == "DATETIME":
        return utc(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return int(value) if kind == "INTEGER" else value
