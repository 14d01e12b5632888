"""Run analysts' questions on the graph, ready ones and their own Cypher, within limits of time and rows.

Parse the words of `lodestar ask` (a name, options, or Cypher), and format a question as Neo4j Browser takes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from graph.analysis import ready
from graph.analysis.ad_hoc import MAX_ROWS, QUERY_SECONDS, QueryResult, run_query
from graph.analysis.ready import complete_parameters
from graph.connection import Graph
from graph.errors import Invalid


def parse_words(given: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """A name and options: `stuck_points --course english --limit=5`; raises `Invalid` for what is neither."""
    name, options, rest = None, {}, list(given)
    while rest:
        word = rest.pop(0)
        key, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            if name is not None:
                raise Invalid(f"{word!r} is neither a question's name nor an option: {name} is asked already.", word)
            name = word
            continue
        if not equals:
            if not rest:
                raise Invalid(f"--{key} needs a value after it.", key)
            value = rest.pop(0)
        options[key.replace("-", "_")] = value
    return name, options


def find_question(name: str) -> ready.ReadyQuestion:
    """The ready question; `Invalid` with the nearest name where there is none."""
    names = [each.name for each in ready.list_questions()]
    if name not in names:
        close = get_close_matches(name.replace("-", "_"), names, 1, 0.5)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise Invalid(f"There is no question {name!r}.{meant} All of them: lodestar ask", "name")
    return ready.find_question(name)


def read_own_question(name: str | None, cypher: str | None, file: Path | None) -> str | None:
    """Somebody's own question; None where a ready one is asked. `Invalid` for more than one, or a file without text."""
    if sum(each is not None for each in (name, cypher, file)) > 1:
        raise Invalid("Ask one thing at a time: a ready question by name, --cypher TEXT, or --file FILE.")
    if file is None:
        return cypher
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as text: {error}", "file") from error


def refuse_options(given: Mapping[str, str]) -> None:
    """Refuse parameters of no question."""
    if given:
        raise Invalid(f"--{min(given)} belongs to a question: lodestar ask NAME --{min(given)} …", min(given))


def parse_value(value: str) -> Any:
    """A number, true, false, null, list or map where the text is JSON, else the text."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def format_ready_for_browser(question: ready.ReadyQuestion, given: Mapping[str, Any]) -> str:
    """A ready question; what is not given and has no default is shown as a place to fill in."""
    open_ = {
        key: f"<{key}>"
        for key in question.params.keys() - given.keys() - ready.DEFAULT_PARAMETERS.keys() - {*ready.PRESENT_PARAMETERS}
    }
    return format_for_browser(question.text, ready.parameter_values(question, open_ | dict(given)))


def format_for_browser(text: str, params: Mapping[str, Any]) -> str:
    """The question as it is pasted into Neo4j Browser: a `:param` line for each value, then the Cypher."""
    lines = [f":param {key} => {_format_literal(value)}" for key, value in params.items()]
    return "\n".join([*lines, *([""] if lines else []), text.strip()])


def _format_literal(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return f"datetime('{value.isoformat()}')"
    return orjson.dumps(value).decode()


@dataclass(frozen=True)
class QueryLimits:
    """What a question may take: seconds, and rows that come back."""

    timeout: float = QUERY_SECONDS
    rows: int = MAX_ROWS


@dataclass(frozen=True)
class ReadyAnswer:
    """The answer to a ready question.

    Attributes:
        all_rows: with rows beyond the question's limit, all of them where they were asked for.
        limit: how many rows were asked for; None where the question has no limit.
    """

    question: ready.ReadyQuestion
    all_rows: QueryResult
    limit: int | None

    @property
    def has_more(self) -> bool:
        """There are rows beyond the question's limit."""
        return self.limit is not None and self.limit < len(self.all_rows.rows)

    @property
    def rows(self) -> QueryResult:
        """The rows that were asked for."""
        if not self.has_more:
            return self.all_rows
        return QueryResult(self.all_rows.columns, self.all_rows.rows[: self.limit])


async def ask_ready(
    graph: Graph, question: ready.ReadyQuestion, given: dict[str, Any], limits: QueryLimits, every_row: bool = False
) -> ReadyAnswer:
    """Return the answer to a ready question; of the rows beyond its limit one, with `every_row` for a picture all.

    Raises as `graph.analysis.ready.answer_question`, and `NotFound` for an unknown id.
    """
    complete = await complete_parameters(graph, question, given)
    values = ready.parameter_values(question, complete)
    limit = values.get("limit")
    if limit is not None:
        complete |= {"limit": max(limit, limits.rows if every_row else 0) + 1}
    answer = await ready.answer_question(graph, question, complete, limits.timeout, limits.rows)
    return ReadyAnswer(question, answer, limit)


async def ask_own(graph: Graph, text: str, given: Mapping[str, str], limits: QueryLimits) -> QueryResult:
    """The answer to somebody's own Cypher; see `graph.analysis.ad_hoc.run_query`."""
    return await run_query(
        graph, text, {key: parse_value(value) for key, value in given.items()}, limits.timeout, limits.rows
    )
