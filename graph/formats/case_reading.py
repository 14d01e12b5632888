"""Makes rows of a course from the objects of a CFPackage, and keeps what has no place in them."""

from collections import Counter
from dataclasses import dataclass, field

from graph.course import Problem
from graph.formats import case_terms as terms
from graph.formats.case_extra import Added, Kept, base, extras
from graph.formats.case_file import Node, Package
from graph.formats.case_terms import ENDS, Object, between, guid
from graph.formats.case_tree import Tree, tree

_ITEM = {"alternativeLabel", "CFItemType", "listEnumeration", "conceptKeywords", "conceptKeywordsURI", "notes"} | {
    "CFItemTypeURI",
    "licenseURI",
    "statusStartDate",
    "statusEndDate",
}
_LINK = ("sequenceNumber", "CFAssociationGroupingURI")


@dataclass
class Reading:
    """Rows as JSONL tables would have them: points by identifier of the item, prerequisites by the association's."""

    header: Object = field(default_factory=dict)
    points: dict[str, Object] = field(default_factory=dict)
    prerequisites: dict[str, Object] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)


def understood(package: Package, added: Added, problems: list[Problem]) -> Reading:
    """The rows of a package. `added` says what the package cannot; `problems` takes what is wrong with its tree."""
    return _Reader(package, added, tree(package, added.sure(), problems)).all()


class _Reader:
    def __init__(self, package: Package, added: Added, tree: Tree) -> None:
        self._package, self._added, self._tree = package, added, tree
        self._document = package.document.values
        self._top = str(self._document.get("identifier"))
        self._course = str(added.course.get("id") or terms.course_id(self._document))
        items = [node.values for one, node in package.items.items() if one not in tree.headings]
        own = {one: row["id"] for one, row in added.points.items() if isinstance(row.get("id"), str)}
        self._ids = terms.point_ids(self._course, items)
        self._ids |= {one: own[one] for one in self._ids.keys() & own.keys()}
        self._taught = added.taught()
        self._reading, self._kept = Reading(), Kept(rest=terms.without_nulls(package.rest))

    def all(self) -> Reading:
        """Everything, in one go."""
        self._unread_fields()
        self._items()
        self._associations()
        self._header()
        return self._reading

    def _note(self, node: Node, id: str, message: str) -> None:
        self._reading.notes.append(Problem(node.at, id, message))

    def _unread_fields(self) -> None:
        parts = {
            "CFDocument": ([self._package.document], terms.DOCUMENT_FIELDS),
            "CFItems": (self._package.items.values(), terms.ITEM_FIELDS),
            "CFAssociations": (self._package.associations.values(), terms.ASSOCIATION_FIELDS),
        }
        for part, (nodes, fields) in parts.items():
            first: dict[str, Node] = {}
            for node in nodes:
                for name in node.values.keys() - fields - terms.LINKS:
                    first.setdefault(name, node)
            for name, node in sorted(first.items()):
                self._note(node, part, f"the field {name!r} is not CASE 1.0; left out")

    def _header(self) -> None:
        document, header = self._document, {"id": self._course, "title": self._document.get("title")}
        for name in terms.SETTINGS:
            if document.get(name) not in (None, terms.NOBODY):
                header[name] = document[name]
        language, licence, subject = header.get("language"), document.get("licenseURI"), document.get("subject")
        if isinstance(language, str):
            header["language"] = language.strip().replace("_", "-")
        header["licence"] = licence.get("title") if isinstance(licence, dict) else licence
        header["subject"] = ", ".join(map(str, subject)) if isinstance(subject, list) else subject
        self._keep_document(header)
        self._reading.header = {**header, terms.KEPT: self._kept.text(), **self._added.course}

    def _keep_document(self, header: Object) -> None:
        document = self._document
        wanted = terms.licence_link(header["licence"]) if isinstance(header["licence"], str) else None
        fields = {"subjectURI"} | ({"licenseURI"} if document.get("licenseURI") not in (None, wanted) else set())
        if isinstance(document.get("subject"), list) and header["subject"].split(", ") != document["subject"]:
            fields.add("subject")
        if self._top != str(None):
            self._kept.document = extras(document, fields, guid("course", self._course), terms.URN.__add__)

    def _items(self) -> None:
        package, kept = self._package, self._kept
        where = base(node.values for node in package.items.values())
        if where != terms.URN:
            kept.uris["CFItems"] = where
        for node in package.items.values():
            if isinstance(node.values.get("CFItemTypeURI"), dict):
                kept.types.setdefault(str(node.values.get("CFItemType")), node.values["CFItemTypeURI"])
        for one, node in package.items.items():
            if one in self._tree.headings:
                entry = self._heading(node.values, where)
                key, table = self._tree.headings[one], kept.headings
            else:
                entry = self._point(node.values, where)
                key, table = self._ids[one], kept.items
            parent = self._tree.parents.get(one)
            if parent is not None and parent not in self._tree.headings:
                entry["isChildOf"] = parent
            self._keep_type(node.values, entry)
            if entry:
                table[key] = entry

    def _keep_type(self, item: Object, entry: Object) -> None:
        """The link to a type is kept once for all items of the type."""
        given, usual = entry.pop("CFItemTypeURI", None), self._kept.types.get(str(item.get("CFItemType")))
        if given != usual:
            entry["CFItemTypeURI"] = given

    def _point(self, item: Object, where: str) -> Object:
        """Adds the row; what is to be kept of the item."""
        identifier = item["identifier"]
        id = self._ids[identifier]
        name, description = terms.named(item)
        row = {"id": id, "name": name, "description": description, "level": terms.level(item)}
        row["domain"] = self._tree.domain(identifier)
        self._reading.points[identifier] = row | self._added.points.get(identifier, {})
        entry = extras(item, _ITEM, guid("point", id), where.__add__)
        if item.get("language") not in (None, "", self._document.get("language")):
            entry["language"] = item["language"]
        if (item.get("humanCodingScheme") or None) != terms.code(self._course, id):
            entry["humanCodingScheme"] = item.get("humanCodingScheme") or None
        return entry

    def _heading(self, item: Object, where: str) -> Object:
        path = self._tree.headings[item["identifier"]]
        derived = terms.statements(path.rpartition(terms.ABOVE)[2], None)
        entry = extras(
            item,
            _ITEM | {"educationLevel", "humanCodingScheme", "language", "abbreviatedStatement"} - derived.keys(),
            guid("heading", f"{self._course}/{path}"),
            where.__add__,
        )
        return entry | {name: item.get(name) for name in derived if item.get(name) != derived[name]}

    def _associations(self) -> None:
        associations = self._package.associations
        where = base(node.values for node in associations.values())
        if where != terms.URN:
            self._kept.uris["CFAssociations"] = where
        left: Counter[str] = Counter()
        for node in associations.values():
            association = node.values
            key = " ".join(between(association))
            entry = extras(association, _LINK, guid("association", key), where.__add__)
            if str(entry.get("sequenceNumber", "")).isdecimal():
                entry["sequenceNumber"] = int(entry["sequenceNumber"])
            if self._stands_for_a_row(node):
                if entry:
                    self._kept.links[key] = entry
            else:
                left[association["associationType"]] += association["associationType"] != "precedes"
                ends = {end: self._end(association[end]) for end in ENDS}
                self._kept.others.append({"associationType": association["associationType"], **ends, **entry})
        self._kept.others.sort(key=lambda other: sorted(map(str, other.items())))
        for type, count in sorted((+left).items()):
            message = f"{count} × {type}: the graph has no edge for it; kept for export"
            self._note(self._package.document, "CFAssociations", message)

    def _stands_for_a_row(self, node: Node) -> bool:
        """Whether points, headings and edges say what the association says; the row of a prerequisite is added."""
        type, origin, destination = between(node.values)
        identifier = node.values["identifier"]
        if type == "isChildOf":
            return bool(self._tree.links.get(origin) == identifier)
        if type == "exemplar":
            return (destination, self._ids.get(origin)) in self._taught
        if type != "precedes":
            return False
        row = {"from": self._ids.get(origin), "to": self._ids.get(destination)}
        row |= self._added.prerequisites.get(identifier, {})
        if row["from"] is not None and row["to"] is not None:
            self._reading.prerequisites[identifier] = row
            return True
        if not {origin, destination} & self._package.refused:
            outside = ", ".join(repr(end) for end in (origin, destination) if end not in self._ids)
            message = f"precedes: {outside} is in no item of the package; left out: import what holds both ends"
            self._note(node, identifier, message)
        return False

    def _end(self, link: Object) -> Object | str:
        """An end of an association: only the identifier where it is in the package."""
        own = link["identifier"] in self._package.items or link["identifier"] == self._top
        if own:
            return str(link["identifier"])
        return terms.link(str(link.get("title", "")), link["identifier"], str(link.get("uri", "")))
