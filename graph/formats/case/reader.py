"""Read a CFPackage file as a course folder.

The tree of the package (`isChildOf`, `precedes`) decides which items are headings, which are points, and the
headings above each point. What has no place in the rows is kept, see `graph.formats.case.extensions`. `read` is the
protocol of a format; the decisions of the format stand in `graph.formats.case`.
"""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import networkx

from graph.courses.records import CourseProblem
from graph.courses.tables import CourseFolder, RawRow, RawTable
from graph.formats.case import vocabulary as terms
from graph.formats.case.extensions import (
    CasePassthrough,
    LodestarExtension,
    common_uri_base,
    extra_fields,
    parse_extension,
)
from graph.formats.case.package import CaseObject, CasePackage, read_package
from graph.formats.case.vocabulary import (
    ASSOCIATION_ENDS,
    HEADING_SEPARATOR,
    JsonObject,
    association_key,
    make_guid,
    name_and_description,
)

_KEPT_ITEM_FIELDS = {
    "alternativeLabel",
    "CFItemType",
    "listEnumeration",
    "conceptKeywords",
    "conceptKeywordsURI",
    "notes",
} | {
    "CFItemTypeURI",
    "licenseURI",
    "statusStartDate",
    "statusEndDate",
}
_KEPT_LINK_FIELDS = ("sequenceNumber", "CFAssociationGroupingURI")


@dataclass
class ItemTree:
    """The tree of items, from `isChildOf` and `precedes`.

    Attributes:
        parents: the parent of an item, the first one where it has several; none for what stands at the top.
        links: the associations that say so, by identifier of the child.
        headings: paths of the items that only order others, by identifier.
    """

    parents: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)

    def domain(self, item: str) -> str | None:
        """Return the path of the nearest heading above a point."""
        above = _nearest_heading(self, item, self.headings)
        return None if above is None else self.headings[above]


def build_tree(package: CasePackage, is_point: dict[str, bool], problems: list[CourseProblem]) -> ItemTree:
    """Return the tree; add a problem for each unknown parent and each cycle.

    `is_point`: items known to be points, or not to be.
    """
    found = ItemTree()
    top = str(package.document.values.get("identifier"))
    for identifier, node in package.associations.items():
        type, child, parent = association_key(node.values)
        if type != "isChildOf" or child not in package.items:
            continue
        if parent in package.items or parent == top:
            if child not in found.links:
                found.links[child] = identifier
                if parent != top:
                    found.parents[child] = parent
        elif parent not in package.refused:
            hint = "add that item to CFItems, or let the child be a child of the CFDocument"
            problems.append(CourseProblem(node.at, identifier, f"the parent {parent!r} is not in the package; {hint}"))
    circles = list(_find_tree_cycles(package))
    problems += circles
    if circles:
        return ItemTree(links=found.links)
    _name_headings(package, found, _find_headings(package, found, is_point))
    return found


def _find_tree_cycles(package: CasePackage) -> Iterator[CourseProblem]:
    """Yield one cycle for each strongly connected component of items that are children of each other."""
    places = {}
    for node in package.associations.values():
        type, child, parent = association_key(node.values)
        if type == "isChildOf" and child in package.items and parent in package.items:
            places[child, parent] = node.at
    graph = networkx.DiGraph(list(places))
    for component in networkx.strongly_connected_components(graph):
        start = min(component)
        if len(component) == 1 and not graph.has_edge(start, start):
            continue
        edges = list(networkx.find_cycle(graph.subgraph(component), start))
        steps = " → ".join(
            _item_label(package.items[one].values) for one in (*(edge[0] for edge in edges), edges[-1][1])
        )
        where = ", ".join(str(places[edge]) for edge in edges)
        message = f"isChildOf goes in a circle: {steps}; remove one of these associations: {where}"
        yield CourseProblem(places[edges[0]], edges[0][0], message)


def _item_label(item: JsonObject) -> str:
    return str(item.get("humanCodingScheme") or name_and_description(item)[0])


def _find_headings(package: CasePackage, found: ItemTree, is_point: dict[str, bool]) -> list[str]:
    """Return a heading has children, is in no prerequisite, and is not of a type of which most items are childless."""
    parents, learned = set(found.parents.values()), _prerequisite_ends(package)
    types = {identifier: str(node.values.get("CFItemType") or "") for identifier, node in package.items.items()}
    all_of = Counter(types.values())
    childless = Counter(type for identifier, type in types.items() if identifier not in parents)
    mostly = {type for type in all_of if type and childless[type] * 2 >= all_of[type]}
    return [one for one in types if not is_point.get(one, one not in parents or one in learned or types[one] in mostly)]


def _name_headings(package: CasePackage, found: ItemTree, headings: list[str]) -> None:
    items = {identifier: node.values for identifier, node in package.items.items()}
    names = {one: name_and_description(items[one])[0].replace(HEADING_SEPARATOR, " - ") for one in headings}
    nearest = {one: _nearest_heading(found, one, names) for one in headings}
    for mark in ("humanCodingScheme", "identifier"):
        shared = Counter((nearest[one], names[one]) for one in headings)
        for one in headings:
            if shared[nearest[one], names[one]] > 1 and items[one].get(mark):
                names[one] += f" ({items[one][mark]})"
    for one in headings:
        above, path = nearest[one], [names[one]]
        while above is not None:
            path.insert(0, names[above])
            above = nearest[above]
        found.headings[one] = HEADING_SEPARATOR.join(path)


def _nearest_heading(found: ItemTree, item: str, headings: Container[str]) -> str | None:
    """Return the nearest heading above an item."""
    above = found.parents.get(item)
    while above is not None and above not in headings:
        above = found.parents.get(above)
    return above


def _prerequisite_ends(package: CasePackage) -> set[str]:
    found = set()
    for node in package.associations.values():
        type, origin, destination = association_key(node.values)
        if type == "precedes":
            found |= {origin, destination}
    return found


@dataclass
class PackageRows:
    """Rows as JSONL tables would have them: points by identifier of the item, prerequisites by the association's."""

    header: JsonObject = field(default_factory=dict)
    points: dict[str, JsonObject] = field(default_factory=dict)
    prerequisites: dict[str, JsonObject] = field(default_factory=dict)
    notes: list[CourseProblem] = field(default_factory=list)


def interpret_package(package: CasePackage, added: LodestarExtension, problems: list[CourseProblem]) -> PackageRows:
    """Return the rows of a package and its extension `added`; add the faults of its tree to `problems`."""
    return _PackageReader(package, added, build_tree(package, added.known_points(), problems)).read()


class _PackageReader:
    def __init__(self, package: CasePackage, added: LodestarExtension, tree: ItemTree) -> None:
        self._package, self._added, self._tree = package, added, tree
        self._document = package.document.values
        self._top = str(self._document.get("identifier"))
        self._course = str(added.course.get("id") or terms.make_course_id(self._document))
        items = [node.values for one, node in package.items.items() if one not in tree.headings]
        own = {one: row["id"] for one, row in added.points.items() if isinstance(row.get("id"), str)}
        self._ids = terms.make_point_ids(self._course, items)
        self._ids |= {one: own[one] for one in self._ids.keys() & own.keys()}
        self._taught = added.taught_pairs()
        self._reading, self._kept = PackageRows(), CasePassthrough(rest=terms.drop_nulls(package.rest))

    def read(self) -> PackageRows:
        """Read all parts of the package."""
        self._unread_fields()
        self._items()
        self._associations()
        self._header()
        return self._reading

    def _note(self, node: CaseObject, id: str, message: str) -> None:
        self._reading.notes.append(CourseProblem(node.at, id, message))

    def _unread_fields(self) -> None:
        parts = {
            "CFDocument": ([self._package.document], terms.DOCUMENT_FIELDS),
            "CFItems": (self._package.items.values(), terms.ITEM_FIELDS),
            "CFAssociations": (self._package.associations.values(), terms.ASSOCIATION_FIELDS),
        }
        for part, (nodes, fields) in parts.items():
            first: dict[str, CaseObject] = {}
            for node in nodes:
                for name in node.values.keys() - fields - terms.IGNORED_FIELDS:
                    first.setdefault(name, node)
            for name, node in sorted(first.items()):
                self._note(node, part, f"the field {name!r} is not CASE 1.0; left out")

    def _header(self) -> None:
        document, header = self._document, {"id": self._course, "title": self._document.get("title")}
        for name in terms.SETTING_FIELDS:
            if document.get(name) not in (None, terms.UNKNOWN_CREATOR):
                header[name] = document[name]
        language, licence, subject = header.get("language"), document.get("licenseURI"), document.get("subject")
        if isinstance(language, str):
            header["language"] = language.strip().replace("_", "-")
        header["licence"] = licence.get("title") if isinstance(licence, dict) else licence
        header["subject"] = ", ".join(map(str, subject)) if isinstance(subject, list) else subject
        self._keep_document(header)
        self._reading.header = {**header, terms.CASE_SETTING: self._kept.to_json(), **self._added.course}

    def _keep_document(self, header: JsonObject) -> None:
        document = self._document
        wanted = terms.make_licence_link(header["licence"]) if isinstance(header["licence"], str) else None
        fields = {"subjectURI"} | ({"licenseURI"} if document.get("licenseURI") not in (None, wanted) else set())
        if isinstance(document.get("subject"), list) and header["subject"].split(", ") != document["subject"]:
            fields.add("subject")
        if self._top != str(None):
            self._kept.document = extra_fields(
                document, fields, make_guid("course", self._course), terms.URN_PREFIX.__add__
            )

    def _items(self) -> None:
        package, kept = self._package, self._kept
        where = common_uri_base(node.values for node in package.items.values())
        if where != terms.URN_PREFIX:
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

    def _keep_type(self, item: JsonObject, entry: JsonObject) -> None:
        """Keep the link to an item type once for all items of the type."""
        given, usual = entry.pop("CFItemTypeURI", None), self._kept.types.get(str(item.get("CFItemType")))
        if given != usual:
            entry["CFItemTypeURI"] = given

    def _point(self, item: JsonObject, where: str) -> JsonObject:
        """Add the row of a point; return the fields of the item to keep."""
        identifier = item["identifier"]
        id = self._ids[identifier]
        name, description = terms.name_and_description(item)
        row = {"id": id, "name": name, "description": description, "level": terms.join_levels(item)}
        row["domain"] = self._tree.domain(identifier)
        self._reading.points[identifier] = row | self._added.points.get(identifier, {})
        entry = extra_fields(item, _KEPT_ITEM_FIELDS, make_guid("point", id), where.__add__)
        if item.get("language") not in (None, "", self._document.get("language")):
            entry["language"] = item["language"]
        if (item.get("humanCodingScheme") or None) != terms.coding_scheme_of(self._course, id):
            entry["humanCodingScheme"] = item.get("humanCodingScheme") or None
        return entry

    def _heading(self, item: JsonObject, where: str) -> JsonObject:
        path = self._tree.headings[item["identifier"]]
        derived = terms.make_statements(path.rpartition(terms.HEADING_SEPARATOR)[2], None)
        entry = extra_fields(
            item,
            _KEPT_ITEM_FIELDS
            | {"educationLevel", "humanCodingScheme", "language", "abbreviatedStatement"} - derived.keys(),
            make_guid("heading", f"{self._course}/{path}"),
            where.__add__,
        )
        return entry | {name: item.get(name) for name in derived if item.get(name) != derived[name]}

    def _associations(self) -> None:
        associations = self._package.associations
        where = common_uri_base(node.values for node in associations.values())
        if where != terms.URN_PREFIX:
            self._kept.uris["CFAssociations"] = where
        left: Counter[str] = Counter()
        for node in associations.values():
            association = node.values
            key = " ".join(association_key(association))
            entry = extra_fields(association, _KEPT_LINK_FIELDS, make_guid("association", key), where.__add__)
            if str(entry.get("sequenceNumber", "")).isdecimal():
                entry["sequenceNumber"] = int(entry["sequenceNumber"])
            if self._stands_for_a_row(node):
                if entry:
                    self._kept.links[key] = entry
            else:
                left[association["associationType"]] += association["associationType"] != "precedes"
                ends = {end: self._end(association[end]) for end in ASSOCIATION_ENDS}
                self._kept.others.append({"associationType": association["associationType"], **ends, **entry})
        self._kept.others.sort(key=lambda other: sorted(map(str, other.items())))
        for type, count in sorted((+left).items()):
            message = f"{count} × {type}: the graph has no edge for it; kept for export"
            self._note(self._package.document, "CFAssociations", message)

    def _stands_for_a_row(self, node: CaseObject) -> bool:
        """Return whether points, headings and edges express the association; add the row of a prerequisite."""
        type, origin, destination = association_key(node.values)
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

    def _end(self, link: JsonObject) -> JsonObject | str:
        """Return an end of an association: only the identifier where it is in the package."""
        own = link["identifier"] in self._package.items or link["identifier"] == self._top
        if own:
            return str(link["identifier"])
        return terms.make_link(str(link.get("title", "")), link["identifier"], str(link.get("uri", "")))


def read(path: Path) -> CourseFolder:
    """Read the package at `path`."""
    folder = CourseFolder()
    package = read_package(path, folder.problems)
    if package is not None:
        extra = parse_extension(package.document.values, package.document.at, folder.notes)
        found = interpret_package(package, extra, folder.problems)
        if isinstance(found.header["title"], str) and found.header["title"].strip():
            folder.header = RawRow(package.document.at, found.header)
        folder.tables = [
            *_make_tables(path.name, package, found, is_complete=not folder.problems),
            *extra.to_tables(package.document.at),
        ]
        folder.notes += found.notes
    return folder


def _make_tables(file: str, package: CasePackage, found: PackageRows, is_complete: bool) -> list[RawTable]:
    points = [RawRow(package.items[one].at, values) for one, values in found.points.items()]
    edges = [RawRow(package.associations[one].at, values) for one, values in found.prerequisites.items()]
    return [
        RawTable(file, "points", None, points, is_complete),
        RawTable(file, "prerequisites", None, edges, is_complete),
    ]
