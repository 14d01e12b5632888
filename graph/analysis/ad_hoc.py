"""Run Cypher that a person wrote: read-only, within a time limit, with errors that say what to change.

Three locks keep a question from changing anything:

1. The transaction is opened for reading, and the server refuses writes, schema changes and administration in it.
2. The server's own plan (EXPLAIN) is checked before the query runs; a query that administers the server, terminates
   transactions or reads files (LOAD CSV) is refused.
3. The managed server is configured to read no files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from neo4j import AsyncTransaction, Record, SummaryNotification
from neo4j.exceptions import BrokenRecordError, Neo4jError

from graph.connection import Graph, Row
from graph.errors import GraphRefused, Invalid, LodestarError
from graph.values import to_plain

QUERY_SECONDS = 60.0
"""How long a question may take unless more is asked for."""

MAX_ROWS = 10_000
"""How many rows are read unless more are asked for."""

_REFUSED_OPERATORS = {"LoadCSV": "reads files (LOAD CSV)", "TerminateTransactions": "ends somebody's transaction"}
_ERROR_MESSAGES = {
    "AccessMode": "This would change the graph or the server; questions only read.",
    "TransactionStartFailed": "CALL {{ … }} IN TRANSACTIONS is for writing, and questions only read: "
    "leave IN TRANSACTIONS out.",
    "TransactionTimedOut": "This took longer than {timeout:g} s and was stopped; nothing of it is left running. Start "
    "from fewer nodes (a label and an id), see that patterns share a node, take a LIMIT early, or give it longer: "
    "--timeout.",
    "MemoryPoolOutOfMemory": "This needed more memory than one question may take and was stopped. Aggregate earlier, "
    "or take a LIMIT before collect() and ORDER BY.",
}
_LINE_AND_COLUMN = re.compile(r"\(line (\d+), column (\d+) \(offset: \d+\)\)")


@dataclass(frozen=True)
class QueryResult:
    """The result of a query, in plain Python values (`graph.values.to_plain`).

    Attributes:
        rows: each as long as `columns`.
        is_truncated: there was more than was asked for.
        warnings: what the server's planner warns of, such as a label that no node has, with line and caret.
    """

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    is_truncated: bool = False
    warnings: tuple[str, ...] = ()

    def records(self) -> list[Row]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


async def run_query(
    graph: Graph,
    text: str,
    params: Mapping[str, Any],
    timeout: float = QUERY_SECONDS,
    rows: int = MAX_ROWS,
    warn: bool = True,
) -> QueryResult:
    """Return the answer to one Cypher question, `rows` rows at most, with the server's warnings unless `warn` is off.

    Raises:
        Invalid: it is no Cypher, or fails on the data; with the line and a caret where the server says where.
        GraphRefused: it would change something or read files, or takes more time or memory than it may.
    """
    if not text.strip():
        raise Invalid(
            "The question is empty; write one, such as MATCH (l:Learner) RETURN count(l) AS learners.", "cypher"
        )
    async with graph.begin_read_transaction(timeout, warn) as transaction:
        ahead = 1
        try:
            warnings = await _check_plan(transaction, text, params)
            ahead = 0
            result = await transaction.run(text, dict(params))
            records = await result.fetch(rows + 1)
        except Neo4jError as error:
            raise _translate_error(error, _QueryText(text, timeout, ahead)) or error from error
        return replace(_make_result(result.keys(), records, rows), warnings=warnings)


class _QueryText(NamedTuple):
    """The text of a query; `ahead` is the number of lines put before it."""

    text: str
    timeout: float
    ahead: int


async def _check_plan(transaction: AsyncTransaction, text: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse a query whose plan shows more than reading, before it runs; return the planner's warnings."""
    summary = await (await transaction.run(f"EXPLAIN\n{text}", dict(params))).consume()
    if summary.query_type == "s":
        raise GraphRefused("This administers the server; questions only read the graph.")
    for step in _plan_operators(summary.plan or {}):
        why = _REFUSED_OPERATORS.get(step.partition("@")[0])
        if why:
            raise GraphRefused(f"This {why}; questions only read the graph.")
    return tuple(_format_warning(each, text) for each in summary.summary_notifications)


def _format_warning(warning: SummaryNotification, text: str) -> str:
    """Return the server's words, with the question's own line and a caret below the place; EXPLAIN is a line ahead."""
    place = warning.position
    said = warning.description.strip() or warning.title
    return said if place is None else said + _point_at(text, place.line - 1, place.column)


def _plan_operators(plan: Mapping[str, Any]) -> Iterator[str]:
    yield str(plan.get("operatorType", ""))
    for child in plan.get("children", ()):
        yield from _plan_operators(child)


def _make_result(columns: tuple[str, ...], records: list[Record], rows: int) -> QueryResult:
    try:
        kept = [tuple(to_plain(value) for value in record) for record in records[:rows]]
    except BrokenRecordError as error:
        raise Invalid(
            f"A value does not fit into Python ({error}); return it as text: toString(…).", "cypher"
        ) from error
    return QueryResult(tuple(columns), kept, is_truncated=len(records) > rows)


def _translate_error(error: Neo4jError, asked: _QueryText) -> LodestarError | None:
    """Return the refusal for a server error, or None where the error is an outage."""
    code = error.code or ""
    for ending, why in _ERROR_MESSAGES.items():
        if ending in code:
            return GraphRefused(why.format(timeout=asked.timeout))
    if code.startswith("Neo.ClientError."):
        return Invalid(f"Neo4j cannot answer this: {_mark_position(error.message or code, asked)}", "cypher")
    return None


def _mark_position(message: str, asked: _QueryText) -> str:
    """Return the server's message with the question's own line and a caret below the place."""
    place = _LINE_AND_COLUMN.search(message)
    if place is None:
        return message.strip()
    pointed = _point_at(asked.text, int(place[1]) - asked.ahead, max(int(place[2]), 1))
    return f"{message[: place.start()].strip()}{pointed}"


def _point_at(text: str, number: int, column: int) -> str:
    """Return a line of the question with a caret below the column; "" where there is no such line."""
    lines = text.splitlines()
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return f"\nline {number}, column {column}\n{line}\n{' ' * (column - 1)}^" if line else ""
