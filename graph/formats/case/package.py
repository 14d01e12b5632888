"""Read a CFPackage file so that every object knows its line; report what is not of the standard's shape."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from graph import readers
from graph.courses.records import NO_LOCATION, CourseProblem, FileLocation
from graph.formats.case.vocabulary import ASSOCIATION_ENDS, JsonObject, association_key, make_guid
from graph.readers import Unreadable

LIST_PARTS = ("CFItems", "CFAssociations")
PACKAGE_PARTS = ("CFDocument", *LIST_PARTS, "CFDefinitions", "CFRubrics")
_BLANKS = " \t\r\n"


class CaseObject(NamedTuple):
    """One object of the package and where it begins."""

    at: FileLocation
    values: JsonObject


@dataclass
class CasePackage:
    """A package whose objects have the fields that reading needs.

    Attributes:
        items, associations: by identifier.
        rest: CFDefinitions and CFRubrics as they are.
        refused: identifiers of items that have a problem; links to them are not judged.
    """

    document: CaseObject
    items: dict[str, CaseObject] = field(default_factory=dict)
    associations: dict[str, CaseObject] = field(default_factory=dict)
    rest: JsonObject = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def read_package(file: Path, problems: list[CourseProblem]) -> CasePackage | None:
    """Read a package; add a problem for each part left out. Return None where nothing can be used."""
    try:
        return _read_parts(file, problems)
    except Unreadable as error:
        problems.append(CourseProblem(FileLocation(file.name, error.line), "", str(error)))
        return None


def _read_parts(file: Path, problems: list[CourseProblem]) -> CasePackage:
    content = readers.read_bytes(file)
    if not isinstance(readers.parse_json(content), dict):
        raise Unreadable(1, 'is not one object {"CFDocument": …, "CFItems": […], "CFAssociations": […]}')
    text = readers.decode_text(content)
    try:
        parts = [(key, start, value) for key, start, value in _scan_parts(text) if key in PACKAGE_PARTS]
    except ValueError as error:
        raise Unreadable(0, f"holds a number that is too long ({error}); remove it") from error
    breaks = [place for place, sign in enumerate(text) if sign == "\n"]
    return _collect_package(
        file.name, [(key, bisect_right(breaks, start) + 1, value) for key, start, value in parts], problems
    )


def make_package(
    document: JsonObject, items: list[JsonObject], associations: list[JsonObject], rest: JsonObject
) -> CasePackage:
    """Return a package that was never a file."""
    return CasePackage(
        CaseObject(NO_LOCATION, document),
        {item["identifier"]: CaseObject(NO_LOCATION, item) for item in items},
        {association["identifier"]: CaseObject(NO_LOCATION, association) for association in associations},
        rest,
    )


def _scan_parts(text: str) -> Iterator[tuple[str, int, Any]]:
    """Yield the values of the outer object, lists element by element, with the position of each. `text` is JSON."""
    decode = json.JSONDecoder().raw_decode
    here = _skip_blanks(text, _skip_blanks(text, 0) + 1)
    while text[here] != "}":
        key, here = decode(text, here)
        here = _skip_blanks(text, _skip_blanks(text, here) + 1)
        if key in LIST_PARTS and text[here] == "[":
            here = _skip_blanks(text, here + 1)
            while text[here] != "]":
                start = here
                value, here = decode(text, start)
                yield key, start, value
                here = _skip_blanks(text, here, ",")
            here += 1
        else:
            start = here
            value, here = decode(text, start)
            if value is not None:
                yield key, start, value
        here = _skip_blanks(text, here, ",")


def _skip_blanks(text: str, here: int, also: str = "") -> int:
    while here < len(text) and text[here] in _BLANKS + also:
        here += 1
    return here


def _collect_package(file: str, parts: list[tuple[str, int, Any]], problems: list[CourseProblem]) -> CasePackage:
    rest = {key: value for key, _, value in parts if key in ("CFDefinitions", "CFRubrics") and value}
    documents = [(line, value) for key, line, value in parts if key == "CFDocument"]
    if len(documents) != 1 or not isinstance(documents[0][1], dict):
        raise Unreadable(
            documents[0][0] if documents else 0,
            'is no CFPackage: it needs one "CFDocument": {…}; get it from …/ims/case/v1p0/CFPackages/ID',
        )
    package = CasePackage(CaseObject(FileLocation(file, documents[0][0]), documents[0][1]), rest=rest)
    _require_texts(package.document, "CFDocument", ("identifier", "title"), problems)
    numbers = dict.fromkeys(LIST_PARTS, 0)
    for key, line, value in parts:
        if key in LIST_PARTS:
            name, at = f"{key}[{numbers[key]}]", FileLocation(file, line)
            numbers[key] += 1
            if not isinstance(value, dict):
                problems.append(CourseProblem(at, name, "is not an object {…}; remove or replace it"))
            elif key == "CFItems":
                _add_item(package, CaseObject(at, value), name, problems)
            else:
                _add_association(package, CaseObject(at, value), name, problems)
    return package


def _add_item(package: CasePackage, node: CaseObject, name: str, problems: list[CourseProblem]) -> None:
    fine = _require_texts(node, name, ("identifier", "fullStatement"), problems)
    identifier = node.values.get("identifier")
    if not isinstance(identifier, str):
        return
    if not fine:
        package.refused.add(identifier)
    elif identifier in package.items:
        hint = f"is there already, at {package.items[identifier].at}; give one of the two items its own"
        problems.append(CourseProblem(node.at, identifier, f"the identifier {hint}"))
    else:
        package.items[identifier] = node


def _add_association(package: CasePackage, node: CaseObject, name: str, problems: list[CourseProblem]) -> None:
    values = node.values
    fine = _require_texts(node, name, ("associationType",), problems)
    for end in ASSOCIATION_ENDS:
        link = values.get(end)
        if not isinstance(link, dict) or not isinstance(link.get("identifier"), str):
            message = f'{end} must be {{"title": …, "identifier": …, "uri": …}} with the identifier of an item'
            problems.append(CourseProblem(node.at, str(values.get("identifier", name)), message))
            fine = False
    if not fine:
        return
    if not isinstance(values.get("identifier"), str):
        values["identifier"] = make_guid("association", " ".join(association_key(values)))
    first = package.associations.setdefault(values["identifier"], node)
    if first is not node:
        hint = f"is there already, at {first.at}; give one of the two associations its own"
        problems.append(CourseProblem(node.at, values["identifier"], f"the identifier {hint}"))


def _require_texts(node: CaseObject, name: str, fields: tuple[str, ...], problems: list[CourseProblem]) -> bool:
    """Return whether the object has these texts; else a problem for each that it lacks."""
    before = len(problems)
    for each in fields:
        value = node.values.get(each)
        if not isinstance(value, str) or not value.strip():
            what = "is missing; CASE requires it" if value in (None, "") else f"must be text, not {str(value)[:60]!r}"
            id = node.values.get("identifier")
            problems.append(CourseProblem(node.at, id if isinstance(id, str) and id else name, f"{each} {what}"))
    return len(problems) == before
