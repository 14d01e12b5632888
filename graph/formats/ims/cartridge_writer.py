"""Write a course as a Common Cartridge 1.3, which learning management systems read.

Other programs see a module for each point, in an order in which prerequisites come first, and in it the resources that
teach the point, the most important first, and an assessment of its items. A resource with a web address is a web link,
any other a page of its text. Retired resources and items are not shown. Everything else (ids, kinds, minutes, roles,
prerequisites, difficulties, settings) is in `lodestar.jsonl`, see `graph.formats.ims.companion`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

import networkx

from graph.courses.records import CourseRecord, PointRecord
from graph.formats.html import text_to_xhtml
from graph.formats.ims.cartridge_reader import values_of_members
from graph.formats.ims.companion import render_companion
from graph.formats.ims.packages import (
    COMPANION_FILE,
    MANIFEST_FILE,
    make_attributes,
    make_element,
    render_document,
    render_element,
    write_package,
)
from graph.formats.ims.qti_writer import render_assessment

ASSESSMENT_TYPE = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
PAGE_TYPE = "webcontent"
LINK_TYPE = "imswl_xmlv1p3"
SUPPORT_TYPE = "associatedcontent/imscc_xmlv1p3/learning-application-resource"

_MANIFEST_NAMESPACES = {
    "xmlns": "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1",
    "xmlns:lomimscc": "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest",
}
_LINK_NAMESPACES = {"xmlns": "http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"}

_QUESTIONS_TITLE = "Questions"


class CartridgeModule(NamedTuple):
    """A module of the organization: (identifier of a resource, title) of each of its items."""

    identifier: str
    title: str
    items: tuple[tuple[str, str], ...]


class CartridgeFile(NamedTuple):
    """A resource and its one file."""

    identifier: str
    type: str
    file: str


def render_manifest(
    course: CourseRecord, modules: Iterable[CartridgeModule], resources: Iterable[CartridgeFile]
) -> bytes:
    """Render imsmanifest.xml."""
    root = make_element("item", {"identifier": "modules"}, *map(_module_element, modules))
    hierarchy = {"identifier": "organization", "structure": "rooted-hierarchy"}
    return render_document(
        make_element(
            "manifest",
            {"identifier": "cartridge", **_MANIFEST_NAMESPACES},
            _metadata_element(course),
            make_element("organizations", None, make_element("organization", hierarchy, root)),
            make_element("resources", None, *map(_resource_element, resources)),
        )
    )


def render_page(title: str, text: str | None) -> bytes:
    """Render the text of a resource as an HTML page."""
    head = make_element("head", None, make_element("meta", {"charset": "utf-8"}), make_element("title", None, title))
    body = make_element("body", None, *(text_to_xhtml(text) if text else ()))
    return f"<!DOCTYPE html>\n{render_element(make_element('html', None, head, body))}\n".encode()


def render_web_link(title: str, url: str) -> bytes:
    """Render a web link."""
    return render_document(
        make_element(
            "webLink", _LINK_NAMESPACES, make_element("title", None, title), make_element("url", {"href": url})
        )
    )


def _metadata_element(course: CourseRecord) -> Element:
    language = course.settings.get("language")
    general = [_string_element("title", course.title, language)]
    if language:
        general.append(make_element("lomimscc:language", None, str(language)))
    if course.settings.get("description"):
        general.append(_string_element("description", course.settings["description"], language))
    about = [make_element("lomimscc:general", None, *general)]
    if course.settings.get("licence"):
        restricted = make_element(
            "lomimscc:copyrightAndOtherRestrictions", None, make_element("lomimscc:value", None, "yes")
        )
        about.append(
            make_element(
                "lomimscc:rights", None, restricted, _string_element("description", course.settings["licence"], None)
            )
        )
    return make_element(
        "metadata",
        None,
        make_element("schema", None, "IMS Common Cartridge"),
        make_element("schemaversion", None, "1.3.0"),
        make_element("lomimscc:lom", None, *about),
    )


def _string_element(name: str, text: object, language: object) -> Element:
    string = make_element("lomimscc:string", make_attributes({"language": language}), str(text))
    return make_element(f"lomimscc:{name}", None, string)


def _module_element(module: CartridgeModule) -> Element:
    items = [
        make_element(
            "item",
            {"identifier": f"{module.identifier}-{number}", "identifierref": resource},
            make_element("title", None, title),
        )
        for number, (resource, title) in enumerate(module.items, 1)
    ]
    return make_element("item", {"identifier": module.identifier}, make_element("title", None, module.title), *items)


def _resource_element(stored: CartridgeFile) -> Element:
    href = {"href": stored.file} if stored.type in (PAGE_TYPE, SUPPORT_TYPE) else {}
    attributes = {"identifier": stored.identifier, "type": stored.type, **href}
    return make_element("resource", attributes, make_element("file", {"href": stored.file}))


class CartridgeBuilder:
    """Build the members of a cartridge by path, and the identifier of each row that has a part among them."""

    def __init__(self, course: CourseRecord) -> None:
        self._course = course
        self.members: dict[str, bytes] = {}
        self.parts: dict[tuple[str, str], str] = {}
        self._stored = [CartridgeFile("lodestar", SUPPORT_TYPE, COMPANION_FILE)]
        self._titles: dict[str, str] = {}
        self._resources()
        modules = [self._module(number, point) for number, point in enumerate(order_points(course), 1)]
        self.members[MANIFEST_FILE] = render_manifest(course, modules, self._stored)

    def _resources(self) -> None:
        active = [resource for resource in self._course.resources if resource.status == "active"]
        for number, resource in enumerate(active, 1):
            name = f"resource-{number}"
            if (resource.url or "").startswith(("http://", "https://")):
                self._store(name, LINK_TYPE, f"links/{name}.xml", render_web_link(resource.title, str(resource.url)))
            else:
                self._store(name, PAGE_TYPE, f"pages/{name}.html", render_page(resource.title, resource.text))
            self.parts["resources", resource.id] = name
            self._titles[resource.id] = resource.title

    def _module(self, number: int, point: PointRecord) -> CartridgeModule:
        """Return a point, what teaches it (the most important first) and its questions."""
        name = f"point-{number}"
        self.parts["points", point.id] = name
        taught = [edge for edge in self._course.teaches if edge.point == point.id and edge.resource in self._titles]
        order = sorted(taught, key=lambda edge: (-edge.importance, edge.resource))
        items = [(self.parts["resources", edge.resource], self._titles[edge.resource]) for edge in order]
        asked = [item for item in self._course.items if item.status == "active" and item.points[:1] == (point.id,)]
        if asked:
            names = [(f"{name}-question-{count}", item) for count, item in enumerate(asked, 1)]
            self.parts.update({("items", item.id): ident for ident, item in names})
            title = f"{_QUESTIONS_TITLE}: {point.name}"
            content = render_document(render_assessment(f"{name}-questions", title, names))
            self._store(f"{name}-questions", ASSESSMENT_TYPE, f"questions/{name}.xml", content)
            items.append((f"{name}-questions", title))
        return CartridgeModule(name, point.name, tuple(items))

    def _store(self, name: str, type: str, file: str, content: bytes) -> None:
        self._stored.append(CartridgeFile(name, type, file))
        self.members[file] = content


def order_points(course: CourseRecord) -> list[PointRecord]:
    """Return the points with prerequisites first, else by id; by id alone where prerequisites close a cycle."""
    points = {point.id: point for point in sorted(course.points, key=lambda point: point.id)}
    gating = [edge for edge in course.prerequisites if edge.status == "accepted"]
    graph = networkx.DiGraph()
    graph.add_nodes_from(points)
    graph.add_edges_from((edge.before, edge.after) for edge in gating if {edge.before, edge.after} <= points.keys())
    if not networkx.is_directed_acyclic_graph(graph):
        return list(points.values())
    return [points[id] for id in networkx.lexicographical_topological_sort(graph)]


def write(course: CourseRecord, path: Path) -> None:
    """Write the cartridge; a file that is there is replaced. Raises `Conflict` if `path` is a folder."""
    course = course.sorted()
    built = CartridgeBuilder(course)
    companion = render_companion(course, built.parts, values_of_members(built.members))
    write_package(built.members, companion, path)
