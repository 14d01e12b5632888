"""The tree of a package: which items are headings, which are points, and the headings above each point."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

import networkx

from graph.course import Problem
from graph.formats.case_file import Package
from graph.formats.case_terms import ABOVE, Object, between, named


@dataclass
class Tree:
    """What `isChildOf` and `precedes` make of the items.

    Attributes:
        parents: the parent of an item, the first one where it has several; none for what stands at the top.
        links: the associations that say so, by identifier of the child.
        headings: paths of the items that only order others, by identifier.
    """

    parents: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)

    def domain(self, item: str) -> str | None:
        """The path of the nearest heading above a point."""
        above = _above(self, item, self.headings)
        return None if above is None else self.headings[above]


def tree(package: Package, sure: dict[str, bool], problems: list[Problem]) -> Tree:
    """The tree; parents that are nowhere and circles are told. `sure`: items known to be points, or not to be."""
    found = Tree()
    top = str(package.document.values.get("identifier"))
    for identifier, node in package.associations.items():
        type, child, parent = between(node.values)
        if type != "isChildOf" or child not in package.items:
            continue
        if parent in package.items or parent == top:
            if child not in found.links:
                found.links[child] = identifier
                if parent != top:
                    found.parents[child] = parent
        elif parent not in package.refused:
            hint = "add that item to CFItems, or let the child be a child of the CFDocument"
            problems.append(Problem(node.at, identifier, f"the parent {parent!r} is not in the package; {hint}"))
    circles = list(_circles(package))
    problems += circles
    if circles:
        return Tree(links=found.links)
    _name_headings(package, found, _headings(package, found, sure))
    return found


def _circles(package: Package) -> Iterator[Problem]:
    """One circle for each knot of items that are children of each other."""
    places = {}
    for node in package.associations.values():
        type, child, parent = between(node.values)
        if type == "isChildOf" and child in package.items and parent in package.items:
            places[child, parent] = node.at
    graph = networkx.DiGraph(list(places))
    for knot in networkx.strongly_connected_components(graph):
        start = min(knot)
        if len(knot) == 1 and not graph.has_edge(start, start):
            continue
        edges = list(networkx.find_cycle(graph.subgraph(knot), start))
        steps = " → ".join(_label(package.items[one].values) for one in (*(edge[0] for edge in edges), edges[-1][1]))
        where = ", ".join(str(places[edge]) for edge in edges)
        message = f"isChildOf goes in a circle: {steps}; remove one of these associations: {where}"
        yield Problem(places[edges[0]], edges[0][0], message)


def _label(item: Object) -> str:
    return str(item.get("humanCodingScheme") or named(item)[0])


def _headings(package: Package, found: Tree, sure: dict[str, bool]) -> list[str]:
    """A heading has children, is in no prerequisite, and is not of a type of which most items are childless."""
    parents, learned = set(found.parents.values()), _in_prerequisites(package)
    types = {identifier: str(node.values.get("CFItemType") or "") for identifier, node in package.items.items()}
    all_of = Counter(types.values())
    childless = Counter(type for identifier, type in types.items() if identifier not in parents)
    mostly = {type for type in all_of if type and childless[type] * 2 >= all_of[type]}
    return [one for one in types if not sure.get(one, one not in parents or one in learned or types[one] in mostly)]


def _name_headings(package: Package, found: Tree, headings: list[str]) -> None:
    items = {identifier: node.values for identifier, node in package.items.items()}
    names = {one: named(items[one])[0].replace(ABOVE, " - ") for one in headings}
    nearest = {one: _above(found, one, names) for one in headings}
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
        found.headings[one] = ABOVE.join(path)


def _above(found: Tree, item: str, headings: Container[str]) -> str | None:
    """The nearest heading above an item."""
    above = found.parents.get(item)
    while above is not None and above not in headings:
        above = found.parents.get(above)
    return above


def _in_prerequisites(package: Package) -> set[str]:
    found = set()
    for node in package.associations.values():
        type, origin, destination = between(node.values)
        if type == "precedes":
            found |= {origin, destination}
    return found
