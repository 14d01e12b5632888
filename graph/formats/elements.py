"""XML elements as the IMS standards write them: local names and attributes without namespaces, children, descendants.

QTI 3.0 names (qti-choice-interaction) are read in the spelling of QTI 1.2 and 2.x.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from graph.readers import XmlElement

_HYPHEN = re.compile(r"-(\w)")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")


def local_name(node: Element) -> str:
    """Return the element's name without its namespace."""
    name = str(node.tag).rpartition("}")[2]
    return _HYPHEN.sub(lambda match: match[1].upper(), name[4:]) if name.startswith("qti-") else name


def get_attribute(node: Element, name: str) -> str:
    """Return an attribute's value without blanks around it, "" where it is missing; namespaces are passed over."""
    found = node.get(name, node.get(_CAPITAL.sub(lambda match: f"-{match[1].lower()}", name)))
    if found is None:
        found = next((value for key, value in node.items() if key.rpartition("}")[2] == name), "")
    return found.strip()


def find_children(node: Element, *names: str) -> Iterator[Element]:
    """Return the direct children of these names."""
    return (child for child in node if local_name(child) in names)


def find_descendants(node: Element, *names: str) -> Iterator[Element]:
    """Return all descendants of these names, in the order of the document; the element itself is not among them."""
    return (one for one in node.iter() if one is not node and local_name(one) in names)


def find_first(node: Element | None, *path: str) -> Element | None:
    """Return the first element down a path of direct children."""
    for name in path:
        node = next(find_children(node, name), None) if node is not None else None
    return node


def element_text(node: Element | None) -> str:
    """Return all text within, with single blanks."""
    return " ".join("".join(node.itertext()).split()) if node is not None else ""


def element_line(node: Element | None) -> int:
    """Return where the element's tag stands in its file; 0 if it was not read from one."""
    return node.line if isinstance(node, XmlElement) else 0
