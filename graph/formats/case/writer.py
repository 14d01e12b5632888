"""Write a course as a CFPackage, strictly in the shape of CASE 1.0, with one extension field so that nothing is lost.

The package is read back as it was made and compared with the course; the extension holds the differences.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from graph.courses.folder import record_columns, replace_file
from graph.courses.records import CourseRecord, PointRecord
from graph.formats.case import vocabulary as terms
from graph.formats.case.extensions import CasePassthrough, LodestarExtension, parse_passthrough
from graph.formats.case.package import CasePackage, make_package
from graph.formats.case.reader import interpret_package
from graph.formats.case.vocabulary import ASSOCIATION_ENDS, JsonObject, make_guid, make_link


@dataclass(frozen=True)
class CaseFramework:
    """The objects of one package; items and associations by identifier.

    Attributes:
        points: the identifier of each point of the course.
        prerequisites: the identifier of the association of each accepted prerequisite, by (before, after).
    """

    document: JsonObject
    items: dict[str, JsonObject]
    associations: dict[str, JsonObject]
    rest: JsonObject
    points: dict[str, str]
    prerequisites: dict[tuple[str, str], str]

    def package(self) -> JsonObject:
        """Return the CFPackage."""
        return {
            "CFDocument": self.document,
            "CFItems": list(self.items.values()),
            "CFAssociations": list(self.associations.values()),
            **self.rest,
        }

    def as_read(self) -> CasePackage:
        """Return the package in the form in which it is read."""
        return make_package(self.document, list(self.items.values()), list(self.associations.values()), self.rest)


def build_framework(course: CourseRecord, changed: str, host: str = "") -> CaseFramework:
    """Return the framework of a course.

    `changed`: the date and time of the last change, ISO 8601. `host`: the address of a CASE service, of which the uris
    are where a package did not say others; without it they only name.
    """
    return _FrameworkBuilder(course, changed, host).build()


class _FrameworkBuilder:
    def __init__(self, course: CourseRecord, changed: str, host: str) -> None:
        self._course, self._changed, self._host = course, changed, host
        self._kept: CasePassthrough = parse_passthrough(course.settings)
        self._document = self._describe()
        self._items: dict[str, JsonObject] = {}
        self._associations: dict[str, JsonObject] = {}
        self._headings: dict[str, str] = {}
        self._points: dict[str, str] = {}

    def build(self) -> CaseFramework:
        for path in sorted({path for point in self._course.points for path in _heading_paths(point.domain)}):
            self._add_heading(path)
        for point in self._course.points:
            self._add_point(point)
        self._relate_tree()
        prerequisites = dict(self._precede())
        self._exemplify()
        self._relate_others()
        return CaseFramework(
            self._document, self._items, self._associations, self._kept.rest, self._points, prerequisites
        )

    def _uri(self, part: str, identifier: str) -> str:
        base = self._kept.uris.get(part) or (f"{self._host}/{part}/" if self._host else terms.URN_PREFIX)
        return base + identifier

    def _describe(self) -> JsonObject:
        settings, keeps = self._course.settings, self._kept.document
        identifier = keeps.get("identifier", make_guid("course", self._course.id))
        texts = {name: settings[name] for name in terms.SETTING_FIELDS if isinstance(settings.get(name), str)}
        licence, subject = settings.get("licence"), settings.get("subject")
        return {
            "identifier": identifier,
            "uri": self._uri("CFDocuments", identifier),
            "creator": terms.UNKNOWN_CREATOR,
            "title": self._course.title,
            "lastChangeDateTime": self._changed,
            **texts,
            **({"licenseURI": terms.make_licence_link(licence)} if isinstance(licence, str) else {}),
            **({"subject": subject.split(", ")} if isinstance(subject, str) else {}),
            **keeps,
        }

    def _item(self, identifier: str, values: JsonObject) -> None:
        given = {
            "identifier": identifier,
            "uri": self._uri("CFItems", identifier),
            "CFItemTypeURI": self._kept.types.get(str(values.get("CFItemType"))),
            **values,
            "lastChangeDateTime": self._changed,
        }
        self._items[identifier] = {
            name: value for name, value in given.items() if value is not None and name in terms.ITEM_FIELDS
        }

    def _add_heading(self, path: str) -> None:
        keeps = self._kept.headings.get(path, {})
        identifier = keeps.get("identifier", make_guid("heading", f"{self._course.id}/{path}"))
        self._headings[path] = identifier
        self._item(identifier, {**terms.make_statements(path.rpartition(terms.HEADING_SEPARATOR)[2], None), **keeps})

    def _add_point(self, point: PointRecord) -> None:
        keeps = self._kept.items.get(point.id, {})
        identifier = keeps.get("identifier", make_guid("point", point.id))
        self._points[point.id] = identifier
        code = {"humanCodingScheme": terms.coding_scheme_of(self._course.id, point.id)}
        self._item(
            identifier,
            {
                **terms.make_statements(point.name, point.description),
                **code,
                **terms.split_levels(point.level),
                **keeps,
            },
        )

    def _relate_tree(self) -> None:
        top: str = self._document["identifier"]
        for path, identifier in self._headings.items():
            above = self._headings.get(path.rpartition(terms.HEADING_SEPARATOR)[0], top)
            self._relate("isChildOf", identifier, self._parent(self._kept.headings.get(path, {}), above))
        for point in self._course.points:
            above = self._headings.get(next(reversed(_heading_paths(point.domain)), ""), top)
            self._relate("isChildOf", self._points[point.id], self._parent(self._kept.items.get(point.id, {}), above))

    def _parent(self, keeps: JsonObject, above: str) -> str:
        parent = keeps.get("isChildOf")
        return parent if parent in self._items else above

    def _precede(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Add the associations of accepted prerequisites; name a point of another course by its id."""
        for edge in self._course.prerequisites:
            if edge.status == "accepted":
                other = make_guid("point", edge.before)
                before: str | JsonObject = self._points.get(edge.before) or make_link(
                    edge.before, other, terms.URN_PREFIX + other
                )
                yield (edge.before, edge.after), self._relate("precedes", before, self._points[edge.after])

    def _exemplify(self) -> None:
        resources = {each.id: each for each in self._course.resources if each.status == "active" and each.url}
        for edge in self._course.teaches:
            resource = resources.get(edge.resource)
            if resource is not None and str(resource.url).startswith(("http://", "https://")):
                self._relate(
                    "exemplar", self._points[edge.point], make_link(resource.title, resource.id, str(resource.url))
                )

    def _relate_others(self) -> None:
        own = self._items.keys() | {self._document["identifier"]}
        for other in self._kept.others:
            ends = [other[end] for end in ASSOCIATION_ENDS]
            if all(isinstance(end, dict) or end in own for end in ends):
                self._relate(other["associationType"], ends[0], ends[1], other)

    def _relate(
        self, type: str, origin: str | JsonObject, destination: str | JsonObject, keeps: JsonObject | None = None
    ) -> str:
        """Add an association and return its identifier."""
        ends = [self._link(end) if isinstance(end, str) else end for end in (origin, destination)]
        key = f"{type} {ends[0]['identifier']} {ends[1]['identifier']}"
        keeps = self._kept.links.get(key, {}) if keeps is None else keeps
        identifier: str = keeps.get("identifier", make_guid("association", key))
        self._associations[identifier] = {
            "identifier": identifier,
            "associationType": type,
            "uri": self._uri("CFAssociations", identifier),
            **keeps,
            **dict(zip(ASSOCIATION_ENDS, ends, strict=True)),
            "lastChangeDateTime": self._changed,
        }
        return identifier

    def _link(self, identifier: str) -> JsonObject:
        if identifier == self._document["identifier"]:
            return make_link(self._document["title"], identifier, self._document["uri"])
        item = self._items[identifier]
        return make_link(terms.name_and_description(item)[0], identifier, item["uri"])


def _heading_paths(domain: str | None) -> list[str]:
    """Return the path of every heading above a point, from the top."""
    names = [name for name in (domain or "").split(terms.HEADING_SEPARATOR) if name.strip()]
    return [terms.HEADING_SEPARATOR.join(names[: count + 1]) for count in range(len(names))]


def write(course: CourseRecord, path: Path) -> None:
    """Write the course into the file `path`, made anew; the folders above it are made if need be."""
    course = course.sorted()
    found = build_framework(course, datetime.now(UTC).isoformat(timespec="seconds"))
    package = found.package()
    package["CFDocument"] = found.document | _make_extension(course, found).to_field()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _make_extension(course: CourseRecord, found: CaseFramework) -> LodestarExtension:
    """Return what reading the package would get wrong: read it as it was made, and compare it with the course."""
    added = LodestarExtension(course={"id": course.id})
    for table in ("resources", "teaches", "items"):
        setattr(added, table, [record_columns(table, each) for each in getattr(course, table)])
    plain = interpret_package(found.as_read(), added, []).points
    added.headings = sorted(plain.keys() - found.points.values())
    ids = {identifier: {"id": id} for id, identifier in found.points.items()}
    bare = interpret_package(found.as_read(), replace(added, points=ids), [])
    added.course |= _differing_columns({"id": course.id, "title": course.title, **course.settings}, bare.header)
    for point in course.points:
        identifier = found.points[point.id]
        differing = _differing_columns(record_columns("points", point), bare.points[identifier])
        if plain.get(identifier, {}).get("id") != point.id:
            differing["id"] = point.id
        if differing:
            added.points[identifier] = differing
    for edge in course.prerequisites:
        values = record_columns("prerequisites", edge)
        identifier = found.prerequisites.get((edge.before, edge.after), "")
        if not identifier:
            added.edges.append(values)
        elif differing := _differing_columns(values, bare.prerequisites.get(identifier, {})):
            added.prerequisites[identifier] = differing
    return added


def _differing_columns(wanted: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Return the columns in which `read` differs from `wanted`; None for a column that `wanted` lacks."""
    names = sorted(wanted.keys() | read.keys())
    return {name: wanted.get(name) for name in names if wanted.get(name) != read.get(name)}
