"""A course as the objects of a CASE 1.0 framework, strictly in the standard's shape."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.course import Course, Point
from graph.formats import case_terms as terms
from graph.formats.case_extra import Kept, kept
from graph.formats.case_file import Package, packaged
from graph.formats.case_terms import ENDS, Object, guid, link


@dataclass(frozen=True)
class Framework:
    """The objects of one package; items and associations by identifier.

    Attributes:
        points: the identifier of each point of the course.
        prerequisites: the identifier of the association of each accepted prerequisite, by (before, after).
    """

    document: Object
    items: dict[str, Object]
    associations: dict[str, Object]
    rest: Object
    points: dict[str, str]
    prerequisites: dict[tuple[str, str], str]

    def package(self) -> Object:
        """The CFPackage."""
        return {
            "CFDocument": self.document,
            "CFItems": list(self.items.values()),
            "CFAssociations": list(self.associations.values()),
            **self.rest,
        }

    def as_read(self) -> Package:
        """What reading the CFPackage starts from."""
        return packaged(self.document, list(self.items.values()), list(self.associations.values()), self.rest)


def framework(course: Course, changed: str, host: str = "") -> Framework:
    """The framework of a course.

    `changed`: the date and time of the last change, ISO 8601. `host`: the address of a CASE service, of which the uris
    are where a package did not say others; without it they only name.
    """
    return _Writer(course, changed, host).all()


class _Writer:
    def __init__(self, course: Course, changed: str, host: str) -> None:
        self._course, self._changed, self._host = course, changed, host
        self._kept: Kept = kept(course.settings)
        self._document = self._describe()
        self._items: dict[str, Object] = {}
        self._associations: dict[str, Object] = {}
        self._headings: dict[str, str] = {}
        self._points: dict[str, str] = {}

    def all(self) -> Framework:
        for path in sorted({path for point in self._course.points for path in _paths(point.domain)}):
            self._add_heading(path)
        for point in self._course.points:
            self._add_point(point)
        self._relate_tree()
        prerequisites = dict(self._precede())
        self._exemplify()
        self._relate_others()
        return Framework(self._document, self._items, self._associations, self._kept.rest, self._points, prerequisites)

    def _uri(self, part: str, identifier: str) -> str:
        base = self._kept.uris.get(part) or (f"{self._host}/{part}/" if self._host else terms.URN)
        return base + identifier

    def _describe(self) -> Object:
        settings, keeps = self._course.settings, self._kept.document
        identifier = keeps.get("identifier", guid("course", self._course.id))
        texts = {name: settings[name] for name in terms.SETTINGS if isinstance(settings.get(name), str)}
        licence, subject = settings.get("licence"), settings.get("subject")
        return {
            "identifier": identifier,
            "uri": self._uri("CFDocuments", identifier),
            "creator": terms.NOBODY,
            "title": self._course.title,
            "lastChangeDateTime": self._changed,
            **texts,
            **({"licenseURI": terms.licence_link(licence)} if isinstance(licence, str) else {}),
            **({"subject": subject.split(", ")} if isinstance(subject, str) else {}),
            **keeps,
        }

    def _item(self, identifier: str, values: Object) -> None:
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
        identifier = keeps.get("identifier", guid("heading", f"{self._course.id}/{path}"))
        self._headings[path] = identifier
        self._item(identifier, {**terms.statements(path.rpartition(terms.ABOVE)[2], None), **keeps})

    def _add_point(self, point: Point) -> None:
        keeps = self._kept.items.get(point.id, {})
        identifier = keeps.get("identifier", guid("point", point.id))
        self._points[point.id] = identifier
        code = {"humanCodingScheme": terms.code(self._course.id, point.id)}
        self._item(
            identifier,
            {**terms.statements(point.name, point.description), **code, **terms.levels(point.level), **keeps},
        )

    def _relate_tree(self) -> None:
        top: str = self._document["identifier"]
        for path, identifier in self._headings.items():
            above = self._headings.get(path.rpartition(terms.ABOVE)[0], top)
            self._relate("isChildOf", identifier, self._parent(self._kept.headings.get(path, {}), above))
        for point in self._course.points:
            above = self._headings.get(next(reversed(_paths(point.domain)), ""), top)
            self._relate("isChildOf", self._points[point.id], self._parent(self._kept.items.get(point.id, {}), above))

    def _parent(self, keeps: Object, above: str) -> str:
        parent = keeps.get("isChildOf")
        return parent if parent in self._items else above

    def _precede(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Relates accepted prerequisites; a point of another course is named by its id."""
        for edge in self._course.prerequisites:
            if edge.status == "accepted":
                other = guid("point", edge.before)
                before: str | Object = self._points.get(edge.before) or link(edge.before, other, terms.URN + other)
                yield (edge.before, edge.after), self._relate("precedes", before, self._points[edge.after])

    def _exemplify(self) -> None:
        resources = {each.id: each for each in self._course.resources if each.status == "active" and each.url}
        for edge in self._course.teaches:
            resource = resources.get(edge.resource)
            if resource is not None and str(resource.url).startswith(("http://", "https://")):
                self._relate("exemplar", self._points[edge.point], link(resource.title, resource.id, str(resource.url)))

    def _relate_others(self) -> None:
        own = self._items.keys() | {self._document["identifier"]}
        for other in self._kept.others:
            ends = [other[end] for end in ENDS]
            if all(isinstance(end, dict) or end in own for end in ends):
                self._relate(other["associationType"], ends[0], ends[1], other)

    def _relate(self, type: str, origin: str | Object, destination: str | Object, keeps: Object | None = None) -> str:
        """Adds an association; its identifier."""
        ends = [self._link(end) if isinstance(end, str) else end for end in (origin, destination)]
        key = f"{type} {ends[0]['identifier']} {ends[1]['identifier']}"
        keeps = self._kept.links.get(key, {}) if keeps is None else keeps
        identifier: str = keeps.get("identifier", guid("association", key))
        self._associations[identifier] = {
            "identifier": identifier,
            "associationType": type,
            "uri": self._uri("CFAssociations", identifier),
            **keeps,
            **dict(zip(ENDS, ends, strict=True)),
            "lastChangeDateTime": self._changed,
        }
        return identifier

    def _link(self, identifier: str) -> Object:
        if identifier == self._document["identifier"]:
            return link(self._document["title"], identifier, self._document["uri"])
        item = self._items[identifier]
        return link(terms.named(item)[0], identifier, item["uri"])


def _paths(domain: str | None) -> list[str]:
    """The path of every heading above a point, from the top."""
    names = [name for name in (domain or "").split(terms.ABOVE) if name.strip()]
    return [terms.ABOVE.join(names[: count + 1]) for count in range(len(names))]
