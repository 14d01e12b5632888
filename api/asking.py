"""What an analyst types, made into a question and its parameters; the course is the only one where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson

from graph import analysis, catalogue
from graph.asking import ROWS, SECONDS, Answer, ask
from graph.connection import Graph
from graph.errors import Invalid
from graph.learners import read_learner


@dataclass(frozen=True)
class Limits:
    """What a question may take: seconds, and rows that come back."""

    timeout: float = SECONDS
    rows: int = ROWS


def words(given: Sequence[str]) -> tuple[str | None, dict[str, str]]:
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


def find(name: str) -> analysis.Question:
    """The ready question; `Invalid` with the nearest name where there is none."""
    names = [each.name for each in analysis.questions()]
    if name not in names:
        close = get_close_matches(name.replace("-", "_"), names, 1, 0.5)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise Invalid(f"There is no question {name!r}.{meant} All of them: lodestar ask", "name")
    return analysis.question(name)


async def ask_ready(graph: Graph, question: analysis.Question, given: dict[str, Any], limits: Limits) -> Answer:
    """The answer to a ready question; raises what `graph.analysis.answered` raises, `NotFound` for an unknown id."""
    return await analysis.answered(graph, question, await complete(graph, question, given), limits.timeout, limits.rows)


async def complete(graph: Graph, question: analysis.Question, given: dict[str, Any]) -> dict[str, Any]:
    """With the course where it is the only one; an unknown course or learner is told instead of answered by nothing."""
    if "learner" in question.params and "learner" in given:
        await read_learner(graph, given["learner"])
    if "course" not in question.params:
        return given
    courses = [course.id for course in await catalogue.courses(graph)]
    if not courses:
        raise Invalid("There is no course yet. Import one: lodestar import examples/english", "course")
    course = given.get("course", courses[0] if len(courses) == 1 else None)
    if course not in courses:
        said = f"There is no course {course!r}" if course else f"{question.name} needs --course"
        raise Invalid(f"{said}: one of {', '.join(courses)}.", "course")
    return given | {"course": course}


async def ask_own(graph: Graph, text: str, given: dict[str, str], limits: Limits) -> Answer:
    """The answer to somebody's own Cypher; see `graph.asking.ask`."""
    return await ask(graph, text, {key: guessed(value) for key, value in given.items()}, limits.timeout, limits.rows)


def guessed(value: str) -> Any:
    """A number, true, false, null, list or map where the text is JSON, else the text."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def for_browser(text: str, params: dict[str, Any]) -> str:
    """The question as it is pasted into Neo4j Browser: a `:param` line for each value, then the Cypher."""
    lines = [f":param {key} => {_cypher(value)}" for key, value in params.items()]
    return "\n".join([*lines, *([""] if lines else []), text.strip()])


def _cypher(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return f"datetime('{value.isoformat()}')"
    return orjson.dumps(value).decode()
