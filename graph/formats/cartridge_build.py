"""Makes the members of a Common Cartridge from a course: a module for each point, a file for each resource."""

import networkx

from graph.course import Course, Point
from graph.formats import cartridge_xml as xml
from graph.formats.packages import COMPANION, MANIFEST
from graph.formats.packing import document
from graph.formats.qti_write import assessment

_QUESTIONS = "Questions"


class Built:
    """The members by their paths, and the identifier of each row that has a part among them."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self.members: dict[str, bytes] = {}
        self.parts: dict[tuple[str, str], str] = {}
        self._stored = [xml.Stored("lodestar", xml.SUPPORT, COMPANION)]
        self._titles: dict[str, str] = {}
        self._resources()
        modules = [self._module(number, point) for number, point in enumerate(in_order(course), 1)]
        self.members[MANIFEST] = xml.manifest(course, modules, self._stored)

    def _resources(self) -> None:
        active = [resource for resource in self._course.resources if resource.status == "active"]
        for number, resource in enumerate(active, 1):
            name = f"resource-{number}"
            if (resource.url or "").startswith(("http://", "https://")):
                self._store(name, xml.LINK, f"links/{name}.xml", xml.web_link(resource.title, str(resource.url)))
            else:
                self._store(name, xml.PAGE, f"pages/{name}.html", xml.page(resource.title, resource.text))
            self.parts["resources", resource.id] = name
            self._titles[resource.id] = resource.title

    def _module(self, number: int, point: Point) -> xml.Module:
        """A point, what teaches it (the most important first) and its questions."""
        name = f"point-{number}"
        self.parts["points", point.id] = name
        taught = [edge for edge in self._course.teaches if edge.point == point.id and edge.resource in self._titles]
        order = sorted(taught, key=lambda edge: (-edge.importance, edge.resource))
        items = [(self.parts["resources", edge.resource], self._titles[edge.resource]) for edge in order]
        asked = [item for item in self._course.items if item.status == "active" and item.points[:1] == (point.id,)]
        if asked:
            names = [(f"{name}-question-{count}", item) for count, item in enumerate(asked, 1)]
            self.parts.update({("items", item.id): ident for ident, item in names})
            title = f"{_QUESTIONS}: {point.name}"
            content = document(assessment(f"{name}-questions", title, names))
            self._store(f"{name}-questions", xml.ASSESSMENT, f"questions/{name}.xml", content)
            items.append((f"{name}-questions", title))
        return xml.Module(name, point.name, tuple(items))

    def _store(self, name: str, type: str, file: str, content: bytes) -> None:
        self._stored.append(xml.Stored(name, type, file))
        self.members[file] = content


def in_order(course: Course) -> list[Point]:
    """The points with prerequisites first, else by id; by id alone where prerequisites close a cycle."""
    points = {point.id: point for point in sorted(course.points, key=lambda point: point.id)}
    gating = [edge for edge in course.prerequisites if edge.status == "accepted"]
    graph = networkx.DiGraph()
    graph.add_nodes_from(points)
    graph.add_edges_from((edge.before, edge.after) for edge in gating if {edge.before, edge.after} <= points.keys())
    if not networkx.is_directed_acyclic_graph(graph):
        return list(points.values())
    return [points[id] for id in networkx.lexicographical_topological_sort(graph)]
