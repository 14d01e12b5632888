"""Load the .cypher files and check each against the contract in its header.

A query file opens with comment lines: one sentence, then `params:`, `returns:` and `access:`, and where they apply
`severity:` and `fix:` (checks), `group:` and `plot:` (analyses). A migration (folder `schema`) holds several statements
separated by `;` and is read by `graph.migrations`, not here.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from graph.query_parts import (
    PARAMETER_TYPES,
    BadQuery,
    Header,
    Parts,
    parse_parameters,
    read_header,
    shared_parts,
    split_list,
    strip_text,
)

_REQUIRED_KEYS = ("params", "returns", "access")
_OPTIONAL_KEYS = ("severity", "fix", "group", "plot")
_WRITE_KEYWORDS = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|DETACH|LOAD)\b")


@dataclass(frozen=True)
class Query:
    """One query and its contract. `text` is plain Cypher; `parts` are the names of the parts that are in it."""

    name: str
    summary: str
    params: dict[str, str]
    returns: tuple[str, ...]
    writes: bool
    text: str
    more: dict[str, str] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()

    def check_arguments(self, given: dict[str, object]) -> None:
        """Raise `BadQuery` unless exactly the declared parameters are given."""
        if given.keys() != self.params.keys():
            missing, extra = self.params.keys() - given.keys(), given.keys() - self.params.keys()
            raise BadQuery(f"{self.name}.cypher: missing {sorted(missing)}, unexpected {sorted(extra)}")


def parse_query(name: str, text: str, parts: Parts | None = None) -> Query:
    """Read a query file's text, with the parts of cypher/parts or others; `BadQuery` says which line is wrong."""
    file = f"{name}.cypher"
    summary, header = read_header(file, text, _REQUIRED_KEYS)
    text, uses = (parts or shared_parts()).write_out(file, text)
    query = Query(
        name=name,
        summary=summary,
        params=parse_parameters(file, *header["params"], PARAMETER_TYPES),
        returns=tuple(split_list(header["returns"][1])),
        writes=header["access"][1] == "write",
        text=text,
        more={key: header[key][1] for key in _OPTIONAL_KEYS if key in header},
        parts=uses,
    )
    _check_contract(query, header)
    return query


def _check_contract(query: Query, header: Header) -> None:
    """Check that the declared parameters, columns and access are those of the text."""
    line, access = header["access"]
    if access not in ("read", "write"):
        raise BadQuery(f"{query.name}.cypher:{line}: access is `read` or `write`, not {access!r}")
    body = strip_text(query.text)
    used = set(re.findall(r"\$(\w+)", body))
    if used != query.params.keys():
        where = header["params"][0]
        raise BadQuery(f"{query.name}.cypher:{where}: declares {sorted(query.params)}, uses {sorted(used)}")
    if bool(_WRITE_KEYWORDS.search(body)) != query.writes:
        raise BadQuery(f"{query.name}.cypher:{line}: declared {access}, but its clauses say otherwise")
    for column in query.returns:
        if not re.search(rf"\b{re.escape(column)}\b", body):
            raise BadQuery(f"{query.name}.cypher:{header['returns'][0]}: {column!r} is not returned")


@cache
def load_query(name: str) -> Query:
    """Return the query `name`, such as "recommend/candidates". Raises `BadQuery` for a missing or faulty one."""
    path = files("cypher").joinpath(*f"{name}.cypher".split("/"))
    if not path.is_file():
        raise BadQuery(f"there is no query file cypher/{name}.cypher")
    return parse_query(name, path.read_text(encoding="utf-8"))


def list_query_names(folder: str = "") -> list[str]:
    """Return every query's name below `folder`, sorted; migrations and parts are left out."""
    root = files("cypher")
    found = sorted(_walk_folder(root.joinpath(folder) if folder else root, folder))
    return [name for name in found if not name.startswith(("schema/", "parts/"))]


def unused_parts() -> list[str]:
    """Return the parts that no query uses, itself or through another part."""
    used = {part for name in list_query_names() for part in load_query(name).parts}
    return [name for name in shared_parts().names if name not in used]


def _walk_folder(folder: Traversable, prefix: str) -> list[str]:
    found = []
    for entry in folder.iterdir():
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.is_dir():
            found += _walk_folder(entry, path)
        elif entry.name.endswith(".cypher"):
            found.append(path.removesuffix(".cypher"))
    return found
