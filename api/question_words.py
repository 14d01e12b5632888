"""The words of `lodestar ask`: a name, options, or somebody's own Cypher; and a question as Neo4j Browser takes it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from graph import analysis
from graph.errors import Invalid


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


def own_text(name: str | None, cypher: str | None, file: Path | None) -> str | None:
    """Somebody's own question; None where a ready one is asked. `Invalid` for more than one, or a file without text."""
    if sum(each is not None for each in (name, cypher, file)) > 1:
        raise Invalid("Ask one thing at a time: a ready question by name, --cypher TEXT, or --file FILE.")
    if file is None:
        return cypher
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as text: {error}", "file") from error


def no_options(given: Mapping[str, str]) -> None:
    """Refuse parameters of no question."""
    if given:
        raise Invalid(f"--{min(given)} belongs to a question: lodestar ask NAME --{min(given)} …", min(given))


def guessed(value: str) -> Any:
    """A number, true, false, null, list or map where the text is JSON, else the text."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def ready_for_browser(question: analysis.Question, given: Mapping[str, Any]) -> str:
    """A ready question; what is not given and has no default is shown as a place to fill in."""
    open_ = {key: f"<{key}>" for key in question.params.keys() - given.keys() - analysis.DEFAULTS.keys() - {"now"}}
    return for_browser(question.text, analysis.values(question, open_ | dict(given)))


def for_browser(text: str, params: Mapping[str, Any]) -> str:
    """The question as it is pasted into Neo4j Browser: a `:param` line for each value, then the Cypher."""
    lines = [f":param {key} => {_cypher(value)}" for key, value in params.items()]
    return "\n".join([*lines, *([""] if lines else []), text.strip()])


def _cypher(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return f"datetime('{value.isoformat()}')"
    return orjson.dumps(value).decode()
