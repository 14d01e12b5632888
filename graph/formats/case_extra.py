"""What has no place on the other side, carried along so that nothing is lost on the way there and back.

`Kept` is what a package says and the graph has no place for: identifiers, codes, types, links to other frameworks; as
JSON in one setting of the course, and only as far as writing the course would say otherwise.

`Added` is what a course says and CASE 1.0 has no place for, in one field: `CFDocument.extensions.lodestar`
(`extensions` is where CASE 1.1 puts such things; other tools pass it over).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from graph.course import Place, Problem, Scalar
from graph.course_files import Row, Sheet
from graph.formats.case_terms import ENDS, KEPT, URN, Object

OURS = "lodestar"
ROWS = {"edges": "prerequisites", "resources": "resources", "teaches": "teaches", "items": "items"}
"""The tables that come as rows, and what they are called in a folder."""


@dataclass
class Kept:
    """Each part empty where there is nothing to keep.

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

    document: Object = field(default_factory=dict)
    uris: dict[str, str] = field(default_factory=dict)
    types: dict[str, Object] = field(default_factory=dict)
    items: dict[str, Object] = field(default_factory=dict)
    headings: dict[str, Object] = field(default_factory=dict)
    links: dict[str, Object] = field(default_factory=dict)
    others: list[Object] = field(default_factory=list)
    rest: Object = field(default_factory=dict)

    def text(self) -> str | None:
        """As the value of a setting; None where there is nothing to keep."""
        parts = {name: part for name, part in asdict(self).items() if part}
        return json.dumps(parts, sort_keys=True, separators=(",", ":")) if parts else None


def kept(settings: dict[str, Scalar]) -> Kept:
    """What a course keeps; nothing where its setting is not as `Kept.text` writes it."""
    try:
        parts = json.loads(str(settings.get(KEPT, "{}")))
        whole = Kept(**parts)
    except (ValueError, TypeError, RecursionError):
        return Kept()
    return whole if _is_whole(whole) else Kept()


def _is_whole(kept: Kept) -> bool:
    tables = (kept.items, kept.headings, kept.links)
    return (
        all(isinstance(part, dict) for part in (kept.document, kept.uris, kept.types, kept.rest, *tables))
        and all(isinstance(entry, dict) for table in tables for entry in table.values())
        and all(isinstance(base, str) for base in kept.uris.values())
        and isinstance(kept.others, list)
        and all(isinstance(other, dict) and {"associationType", *ENDS} <= other.keys() for other in kept.others)
    )


def extras(values: Object, fields: Iterable[str], identifier: str, uri: Callable[[str], str]) -> Object:
    """These fields of an object where they say something, its identifier and uri only where they are not as derived."""
    found: dict[str, Any] = {name: values[name] for name in sorted(fields) if values.get(name) not in (None, "", [])}
    if values["identifier"] != identifier:
        found["identifier"] = values["identifier"]
    if values.get("uri") not in (None, "", uri(values["identifier"])):
        found["uri"] = values["uri"]
    return found


def base(objects: Iterable[Object]) -> str:
    """What most uris have before the identifier."""
    seen: Counter[str] = Counter()
    for each in objects:
        uri, identifier = each.get("uri"), each["identifier"]
        if isinstance(uri, str) and uri.endswith(identifier):
            seen[uri.removesuffix(identifier)] += 1
    return max(seen, key=lambda base: (seen[base], base), default=URN)


@dataclass
class Added:
    """What differs from what the package itself says.

    Attributes:
        course: settings, the id among them.
        points, prerequisites: columns by identifier of the item and of the association.
        headings: identifiers of items that are headings although they look like points.
        edges: prerequisites that do not gate, as rows; likewise resources, teaches and items.
    """

    course: Object = field(default_factory=dict)
    points: dict[str, Object] = field(default_factory=dict)
    prerequisites: dict[str, Object] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    edges: list[Object] = field(default_factory=list)
    resources: list[Object] = field(default_factory=list)
    teaches: list[Object] = field(default_factory=list)
    items: list[Object] = field(default_factory=list)

    def field(self) -> Object:
        """As it stands in the CFDocument."""
        return {"extensions": {OURS: {name: part for name, part in asdict(self).items() if part}}}

    def sheets(self, at: Place) -> list[Sheet]:
        """The tables that come as rows."""
        return [
            Sheet(at.file, table, None, [Row(at, row) for row in getattr(self, name)]) for name, table in ROWS.items()
        ]

    def sure(self) -> dict[str, bool]:
        """Items of which it is known whether they are points."""
        return dict.fromkeys(self.headings, False) | dict.fromkeys(self.points, True)

    def taught(self) -> set[tuple[Any, Any]]:
        """Resource and point of every link between them."""
        return {(str(row.get("resource")), str(row.get("point"))) for row in self.teaches}


def added(document: Object, at: Place, notes: list[Problem]) -> Added:
    """The extension of a CFDocument; parts that are not as Lodestar writes them are left out and told."""
    extensions = document.get("extensions")
    parts = extensions.get(OURS) if isinstance(extensions, dict) else None
    found = Added()
    for name, part in (parts if isinstance(parts, dict) else {}).items():
        if _fits(name, part):
            setattr(found, name, part)
        else:
            message = f"extensions.{OURS}.{name} is not as Lodestar writes it; left out"
            notes.append(Problem(at, "CFDocument", message))
    return found


def _fits(name: str, part: Any) -> bool:
    if name in ROWS:
        return isinstance(part, list) and all(isinstance(row, dict) for row in part)
    if name == "course":
        return isinstance(part, dict)
    if name == "headings":
        return isinstance(part, list) and all(isinstance(one, str) for one in part)
    known = name in ("points", "prerequisites")
    return known and isinstance(part, dict) and all(isinstance(row, dict) for row in part.values())
