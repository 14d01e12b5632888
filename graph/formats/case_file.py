"""Reads a CFPackage file so that every object knows its line; what is not of the standard's shape is told."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from graph import reading
from graph.course import NOWHERE, Place, Problem
from graph.formats.case_terms import ENDS, Object, between, guid
from graph.reading import Unreadable

LISTS = ("CFItems", "CFAssociations")
PARTS = ("CFDocument", *LISTS, "CFDefinitions", "CFRubrics")
_BLANKS = " \t\r\n"


class Node(NamedTuple):
    """One object of the package and where it begins."""

    at: Place
    values: Object


@dataclass
class Package:
    """A package whose objects have what reading needs.

    Attributes:
        items, associations: by identifier.
        rest: CFDefinitions and CFRubrics as they are.
        refused: identifiers of items that have a problem; links to them are not judged.
    """

    document: Node
    items: dict[str, Node] = field(default_factory=dict)
    associations: dict[str, Node] = field(default_factory=dict)
    rest: Object = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def load(file: Path, problems: list[Problem]) -> Package | None:
    """The package, None where nothing can be used; what is left out is told."""
    try:
        return _load(file, problems)
    except Unreadable as error:
        problems.append(Problem(Place(file.name, error.line), "", str(error)))
        return None


def _load(file: Path, problems: list[Problem]) -> Package:
    content = reading.content(file)
    if not isinstance(reading.json(content), dict):
        raise Unreadable(1, 'is not one object {"CFDocument": …, "CFItems": […], "CFAssociations": […]}')
    text = reading.decoded(content)
    try:
        parts = [(key, start, value) for key, start, value in _parts(text) if key in PARTS]
    except ValueError as error:
        raise Unreadable(0, f"holds a number that is too long ({error}); remove it") from error
    breaks = [place for place, sign in enumerate(text) if sign == "\n"]
    return _package(file.name, [(key, bisect_right(breaks, start) + 1, value) for key, start, value in parts], problems)


def packaged(document: Object, items: list[Object], associations: list[Object], rest: Object) -> Package:
    """A package that was never a file."""
    return Package(
        Node(NOWHERE, document),
        {item["identifier"]: Node(NOWHERE, item) for item in items},
        {association["identifier"]: Node(NOWHERE, association) for association in associations},
        rest,
    )


def _parts(text: str) -> Iterator[tuple[str, int, Any]]:
    """The values of the outer object, lists element by element, with the position of each. `text` is JSON."""
    decode = json.JSONDecoder().raw_decode
    here = _after(text, _after(text, 0) + 1)
    while text[here] != "}":
        key, here = decode(text, here)
        here = _after(text, _after(text, here) + 1)
        if key in LISTS and text[here] == "[":
            here = _after(text, here + 1)
            while text[here] != "]":
                start = here
                value, here = decode(text, start)
                yield key, start, value
                here = _after(text, here, ",")
            here += 1
        else:
            start = here
            value, here = decode(text, start)
            if value is not None:
                yield key, start, value
        here = _after(text, here, ",")


def _after(text: str, here: int, also: str = "") -> int:
    while here < len(text) and text[here] in _BLANKS + also:
        here += 1
    return here


def _package(file: str, parts: list[tuple[str, int, Any]], problems: list[Problem]) -> Package:
    rest = {key: value for key, _, value in parts if key in ("CFDefinitions", "CFRubrics") and value}
    documents = [(line, value) for key, line, value in parts if key == "CFDocument"]
    if len(documents) != 1 or not isinstance(documents[0][1], dict):
        raise Unreadable(
            documents[0][0] if documents else 0,
            'is no CFPackage: it needs one "CFDocument": {…}; get it from …/ims/case/v1p0/CFPackages/ID',
        )
    package = Package(Node(Place(file, documents[0][0]), documents[0][1]), rest=rest)
    _need(package.document, "CFDocument", ("identifier", "title"), problems)
    numbers = dict.fromkeys(LISTS, 0)
    for key, line, value in parts:
        if key in LISTS:
            name, at = f"{key}[{numbers[key]}]", Place(file, line)
            numbers[key] += 1
            if not isinstance(value, dict):
                problems.append(Problem(at, name, "is not an object {…}; remove or replace it"))
            elif key == "CFItems":
                _add_item(package, Node(at, value), name, problems)
            else:
                _add_association(package, Node(at, value), name, problems)
    return package


def _add_item(package: Package, node: Node, name: str, problems: list[Problem]) -> None:
    fine = _need(node, name, ("identifier", "fullStatement"), problems)
    identifier = node.values.get("identifier")
    if not isinstance(identifier, str):
        return
    if not fine:
        package.refused.add(identifier)
    elif identifier in package.items:
        hint = f"is there already, at {package.items[identifier].at}; give one of the two items its own"
        problems.append(Problem(node.at, identifier, f"the identifier {hint}"))
    else:
        package.items[identifier] = node


def _add_association(package: Package, node: Node, name: str, problems: list[Problem]) -> None:
    values = node.values
    fine = _need(node, name, ("associationType",), problems)
    for end in ENDS:
        link = values.get(end)
        if not isinstance(link, dict) or not isinstance(link.get("identifier"), str):
            message = f'{end} must be {{"title": …, "identifier": …, "uri": …}} with the identifier of an item'
            problems.append(Problem(node.at, str(values.get("identifier", name)), message))
            fine = False
    if not fine:
        return
    if not isinstance(values.get("identifier"), str):
        values["identifier"] = guid("association", " ".join(between(values)))
    first = package.associations.setdefault(values["identifier"], node)
    if first is not node:
        hint = f"is there already, at {first.at}; give one of the two associations its own"
        problems.append(Problem(node.at, values["identifier"], f"the identifier {hint}"))


def _need(node: Node, name: str, fields: tuple[str, ...], problems: list[Problem]) -> bool:
    """Whether the object has these texts; else a problem for each that it lacks."""
    before = len(problems)
    for each in fields:
        value = node.values.get(each)
        if not isinstance(value, str) or not value.strip():
            what = "is missing; CASE requires it" if value in (None, "") else f"must be text, not {str(value)[:60]!r}"
            id = node.values.get("identifier")
            problems.append(Problem(node.at, id if isinstance(id, str) and id else name, f"{each} {what}"))
    return len(problems) == before
