"""JSON documents: limits of size and depth, errors with their line, and no key twice."""

import json as standard
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from graph.reading.files import Unreadable, decoded

LONGEST = 64 * 2**20
"""Bytes of one document; as values it takes up to thirty times that."""

DEEPEST = 100
"""Levels of lists and objects, of JSON and XML alike; courses use up to ten."""

_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}\[\]]|\n')


def json(content: bytes) -> Any:
    """The value of a JSON document in UTF-8. Raises `Unreadable`."""
    text = decoded(content)
    if len(content) > LONGEST:
        raise Unreadable(0, f"is a JSON document of more than {LONGEST // 2**20} MiB; split it")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if error.msg == "depth limit exceeded":
            _too_deep(text)
        raise Unreadable(error.lineno, f"is not JSON: {error.msg} at column {error.colno}; mend it there") from error
    if _is_deep(value):
        _too_deep(text)
    if _names_twice(text):
        line, key = next(_repeated(text))
        raise Unreadable(line, f"names the key {key!r} twice in one object; keep one")
    return value


def unique_keys(line: str, values: dict[str, Any]) -> bool:
    """Whether no object in a line of JSON, read as `values`, names a key twice. Quick for a flat object."""
    most = sum(line.count(end) for end in ('":', '" ', '"\t', '"\r'))
    return most <= len(values) or not _names_twice(line)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        children = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list)))
        level = [inner for inner_values in children for inner in inner_values if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


class _Twice(Exception):
    pass


def _names_twice(text: str) -> bool:
    """The standard parser shows the keys before they become a dict."""

    def look(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            raise _Twice

    try:
        standard.loads(text, object_pairs_hook=look, parse_int=len, parse_float=len)
    except _Twice:
        return True
    return False


def _tokens(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Line, sign and, where the sign is a key with its colon, the key."""
    line = 1
    for match in _TOKEN.finditer(text):
        if match[0] == "\n":
            line += 1
        else:
            yield line, match[0], standard.loads(f'"{match[1]}"') if match[2] else None
            line += match[0].count("\n")


def _repeated(text: str) -> Iterator[tuple[int, str]]:
    open_keys: list[set[str]] = []
    for line, sign, key in _tokens(text):
        if sign in ("{", "["):
            open_keys.append(set())
        elif sign in ("}", "]"):
            open_keys.pop()
        elif key is not None:
            if key in open_keys[-1]:
                yield line, key
            open_keys[-1].add(key)


def _too_deep(text: str) -> NoReturn:
    depth = Counter[str]()
    for line, sign, _ in _tokens(text):
        depth[sign] += 1
        if depth["{"] + depth["["] - depth["}"] - depth["]"] > DEEPEST:
            raise Unreadable(line, f"is nested more than {DEEPEST} levels deep; no course is, export it once more")
    raise AssertionError("a document is deep or it is not")
