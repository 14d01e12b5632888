"""Loads the .cypher files and holds each to the contract in its header.

A query file opens with comment lines: one sentence, then `params:`, `returns:` and `access:`, and where they say
something `severity:` and `fix:` (checks), `group:` and `plot:` (analyses). A migration (folder `schema`) holds several
statements separated by `;` and is read by `graph.schema`, not here.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from graph.errors import LodestarError

_KEYS = ("params", "returns", "access")
_MORE = ("severity", "fix", "group", "plot")
_TYPES = {"STRING", "INTEGER", "FLOAT", "BOOLEAN", "DATETIME", "MAP", "LIST"}
_WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|DETACH|LOAD)\b")
_COMMENT = re.compile(r"//[^\n]*")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class BadQuery(LodestarError):
    """A query file whose text and header disagree; names the file and line."""


@dataclass(frozen=True)
class Query:
    """One query and its contract."""

    name: str
    summary: str
    params: dict[str, str]
    returns: tuple[str, ...]
    writes: bool
    text: str
    more: dict[str, str] = field(default_factory=dict)

    def check_arguments(self, given: dict[str, object]) -> None:
        """Raise `BadQuery` unless exactly the declared parameters are given."""
        if given.keys() != self.params.keys():
            missing, extra = self.params.keys() - given.keys(), given.keys() - self.params.keys()
            raise BadQuery(f"{self.name}.cypher: missing {sorted(missing)}, unexpected {sorted(extra)}")


def parse(name: str, text: str) -> Query:
    """Read a query file's text; `BadQuery` says which line breaks the contract."""
    header: dict[str, tuple[int, str]] = {}
    summary = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("//"):
            break
        content = line[2:].strip()
        key, colon, value = content.partition(":")
        if colon and key in _KEYS + _MORE:
            header[key] = (number, value.strip())
        elif header:
            last = next(reversed(header))
            header[last] = (header[last][0], f"{header[last][1]} {content}")
        else:
            summary.append(content)
    for key in _KEYS:
        if key not in header:
            raise BadQuery(f"{name}.cypher:1: the header lacks `{key}:`")
    if not summary:
        raise BadQuery(f"{name}.cypher:1: the header lacks a sentence that says what the query answers")
    query = Query(
        name=name,
        summary=" ".join(summary),
        params=_parameters(name, *header["params"]),
        returns=tuple(_words(header["returns"][1])),
        writes=header["access"][1] == "write",
        text=text,
        more={key: header[key][1] for key in _MORE if key in header},
    )
    _compare(query, header)
    return query


def _words(value: str) -> list[str]:
    return [] if value in ("none", "") else [word.strip() for word in value.split(",")]


def _parameters(name: str, line: int, value: str) -> dict[str, str]:
    parameters = {}
    for word in _words(value):
        key, _, kind = word.partition(" ")
        if not kind or kind.split("<")[0] not in _TYPES:
            raise BadQuery(f"{name}.cypher:{line}: parameter {key!r} needs one of the types {sorted(_TYPES)}")
        parameters[key] = kind
    return parameters


def _compare(query: Query, header: dict[str, tuple[int, str]]) -> None:
    """The declared parameters, columns and access are those of the text."""
    line, access = header["access"]
    if access not in ("read", "write"):
        raise BadQuery(f"{query.name}.cypher:{line}: access is `read` or `write`, not {access!r}")
    body = _QUOTED.sub("''", _COMMENT.sub("", query.text))
    used = set(re.findall(r"\$(\w+)", body))
    if used != query.params.keys():
        where = header["params"][0]
        raise BadQuery(f"{query.name}.cypher:{where}: declares {sorted(query.params)}, uses {sorted(used)}")
    if bool(_WRITES.search(body)) != query.writes:
        raise BadQuery(f"{query.name}.cypher:{line}: declared {access}, but its clauses say otherwise")
    for column in query.returns:
        if not re.search(rf"\b{re.escape(column)}\b", body):
            raise BadQuery(f"{query.name}.cypher:{header['returns'][0]}: {column!r} is not returned")


@cache
def load(name: str) -> Query:
    """The query `name`, e.g. "recommend/candidates"; raises `BadQuery` if there is none or it breaks its contract."""
    path = files("cypher").joinpath(*f"{name}.cypher".split("/"))
    if not path.is_file():
        raise BadQuery(f"there is no query file cypher/{name}.cypher")
    return parse(name, path.read_text(encoding="utf-8"))


def names(folder: str = "") -> list[str]:
    """Every query's name below `folder`, sorted; migrations are left out."""
    root = files("cypher")
    found = sorted(_walk(root.joinpath(folder) if folder else root, folder))
    return [name for name in found if not name.startswith("schema/")]


def _walk(folder: Traversable, prefix: str) -> list[str]:
    found = []
    for entry in folder.iterdir():
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.is_dir():
            found += _walk(entry, path)
        elif entry.name.endswith(".cypher"):
            found.append(path.removesuffix(".cypher"))
    return found
