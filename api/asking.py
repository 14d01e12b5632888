"""Questions of analysts to the graph, ready ones and their own, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.question_words import guessed
from graph import analysis
from graph.asking import ROWS, SECONDS, Answer, ask
from graph.completing import complete
from graph.connection import Graph


@dataclass(frozen=True)
class Limits:
    """What a question may take: seconds, and rows that come back."""

    timeout: float = SECONDS
    rows: int = ROWS


async def ask_ready(graph: Graph, question: analysis.Question, given: dict[str, Any], limits: Limits) -> Answer:
    """The answer to a ready question; raises what `graph.analysis.answered` raises, `NotFound` for an unknown id."""
    return await analysis.answered(graph, question, await complete(graph, question, given), limits.timeout, limits.rows)


async def ask_own(graph: Graph, text: str, given: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to somebody's own Cypher; see `graph.asking.ask`."""
    return await ask(graph, text, {key: guessed(value) for key, value in given.items()}, limits.timeout, limits.rows)
