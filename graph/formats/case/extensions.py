"""Data that one side has no place for, carried along so that a round trip loses nothing.

`CasePassthrough` is what a package holds and the graph has no place for: identifiers, codes, types, links to other
frameworks; as JSON in one setting of the course, and only where writing the course would produce something else.

`LodestarExtension` is what a course holds and CASE 1.0 has no place for, in one field: `CFDocument.extensions.lodestar`
(`extensions` is where CASE 1.1 puts such data; other tools ignore it).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from graph.courses.records import CourseProblem, FileLocation, Scalar
from graph.courses.tables import RawRow, RawTable
from graph.formats.case.vocabulary import ASSOCIATION_ENDS, CASE_SETTING, URN_PREFIX, JsonObject

EXTENSION_NAME = "lodestar"
EXTENSION_TABLES = {"edges": "prerequisites", "resources": "resources", "teaches": "teaches", "items": "items"}
"""The tables that come as rows, and what they are called in a folder."""


@dataclass
class CasePassthrough:
    """What a package holds and the graph has no place for; each part is empty where there is nothing to keep.

    Attributes:
        document: fields of the CFDocument.
        uris: what stands before the identifier in the uri of CFItems and of CFAssociations.
        types: the CFItemTypeURI of every CFItemType.
        items: fields of items by id of the point; `isChildOf` is the identifier of a parent that is a point.
        headings: the same by path.
        links: fields of the associations that the graph's edges and domains stand for, by type and ends.
        others: associations that the graph has no edges for.
        rest: CFDefinitions and CFRubrics.
    """

    document: JsonObject = field(default_factory=dict)
    uris: dict[str, str] = field(default_factory=dict)
    types: dict[str, JsonObject] = field(default_factory=dict)
    items: dict[str, JsonObject] = field(default_factory=dict)
    headings: dict[str, JsonObject] = field(default_factory=dict)
    links: dict[str, JsonObject] = field(default_factory=dict)
    others: list[JsonObject] = field(default_factory=list)
    rest: JsonObject = field(default_factory=dict)

    def to_json(self) -> str | None:
        """Return the value of the setting; None where there is nothing to keep."""
        parts = {name: part for name, part in asdict(self).items() if part}
        return json.dumps(parts, sort_keys=True, separators=(",", ":")) if parts else None


def parse_passthrough(settings: dict[str, Scalar]) -> CasePassthrough:
    """Parse the setting of a course; return an empty record where it is not as `CasePassthrough.to_json` writes it."""
    try:
        parts = json.loads(str(settings.get(CASE_SETTING, "{}")))
        whole = CasePassthrough(**parts)
    except (ValueError, TypeError, RecursionError):
        return CasePassthrough()
    return whole if _is_valid_passthrough(whole) else CasePassthrough()


def _is_valid_passthrough(kept: CasePassthrough) -> bool:
    tables = (kept.items, kept.headings, kept.links)
    return (
        all(isinstance(part, dict) for part in (kept.document, kept.uris, kept.types, kept.rest, *tables))
        and all(isinstance(entry, dict) for table in tables for entry in table.values())
        and all(isinstance(base, str) for base in kept.uris.values())
        and isinstance(kept.others, list)
        and all(
            isinstance(other, dict) and {"associationType", *ASSOCIATION_ENDS} <= other.keys() for other in kept.others
        )
    )


def extra_fields(values: JsonObject, fields: Iterable[str], identifier: str, uri: Callable[[str], str]) -> JsonObject:
    """Return the non-empty ones of `fields`, and identifier and uri where they differ from the derived ones."""
    found: dict[str, Any] = {name: values[name] for name in sorted(fields) if values.get(name) not in (None, "", [])}
    if values["identifier"] != identifier:
        found["identifier"] = values["identifier"]
    if values.get("uri") not in (None, "", uri(values["identifier"])):
        found["uri"] = values["uri"]
    return found


def common_uri_base(objects: Iterable[JsonObject]) -> str:
    """Return the most frequent part of the uris before the identifier."""
    seen: Counter[str] = Counter()
    for each in objects:
        uri, identifier = each.get("uri"), each["identifier"]
        if isinstance(uri, str) and uri.endswith(identifier):
            seen[uri.removesuffix(identifier)] += 1
    return max(seen, key=lambda base: (seen[base], base), default=URN_PREFIX)


@dataclass
class LodestarExtension:
    """What a course holds and CASE 1.0 has no place for, or what reading the package would get wrong.

    Attributes:
        course: settings, the id among them.
        points, prerequisites: columns by identifier of the item and of the association.
        headings: identifiers of items that are headings although they look like points.
        edges: prerequisites that do not gate, as rows; likewise resources, teaches and items.
    """

    course: JsonObject = field(default_factory=dict)
    points: dict[str, JsonObject] = field(default_factory=dict)
    prerequisites: dict[str, JsonObject] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    edges: list[JsonObject] = field(default_factory=list)
    resources: list[JsonObject] = field(default_factory=list)
    teaches: list[JsonObject] = field(default_factory=list)
    items: list[JsonObject] = field(default_factory=list)

    def to_field(self) -> JsonObject:
        """Return the field of the CFDocument."""
        return {"extensions": {EXTENSION_NAME: {name: part for name, part in asdict(self).items() if part}}}

    def to_tables(self, at: FileLocation) -> list[RawTable]:
        """Return the tables that come as rows."""
        return [
            RawTable(at.file, table, None, [RawRow(at, row) for row in getattr(self, name)])
            for name, table in EXTENSION_TABLES.items()
        ]

    def known_points(self) -> dict[str, bool]:
        """Return whether an item is a point, for the items of which it is known."""
        return dict.fromkeys(self.headings, False) | dict.fromkeys(self.points, True)

    def taught_pairs(self) -> set[tuple[Any, Any]]:
        """Return resource and point of every link between them."""
        return {(str(row.get("resource")), str(row.get("point"))) for row in self.teaches}


def parse_extension(document: JsonObject, at: FileLocation, notes: list[CourseProblem]) -> LodestarExtension:
    """Parse the extension of a CFDocument; parts that are not as Lodestar writes them are left out, with a note."""
    extensions = document.get("extensions")
    parts = extensions.get(EXTENSION_NAME) if isinstance(extensions, dict) else None
    found = LodestarExtension()
    for name, part in (parts if isinstance(parts, dict) else {}).items():
        if _is_valid_part(name, part):
            setattr(found, name, part)
        else:
            message = f"extensions.{EXTENSION_NAME}.{name} is not as Lodestar writes it; left out"
            notes.append(CourseProblem(at, "CFDocument", message))
    return found


def _is_valid_part(name: str, part: Any) -> bool:
    if name in EXTENSION_TABLES:
        return isinstance(part, list) and all(isinstance(row, dict) for row in part)
    if name == "course":
        return isinstance(part, dict)
    if name == "headings":
        return isinstance(part, list) and all(isinstance(one, str) for one in part)
    known = name in ("points", "prerequisites")
    return known and isinstance(part, dict) and all(isinstance(row, dict) for row in part.values())
