"""XML documents: no DTD and no entities, limits of size, depth and number, and every element knows its line."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from graph.reading.documents import DEEPEST, LONGEST
from graph.reading.files import Unreadable

MOST_ELEMENTS = 2_000_000


class Node(Element):
    """An element that knows the line its tag stands on, counted from 1."""

    __slots__ = ("line",)
    line: int


def xml(content: bytes) -> Node:
    """The root of a document; tags are `{namespace}name`. Raises `Unreadable`."""
    if len(content) > LONGEST:
        raise Unreadable(0, f"is an XML document of more than {LONGEST // 2**20} MiB; split it")
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    builder.expat = parser.parser
    try:
        parser.feed(content)
        root: Node = parser.close()
    except DefusedXmlException as error:
        hint = "it could name other files or grow without end; delete <!DOCTYPE …> and write characters for entities"
        raise Unreadable(builder.line, f"declares a DTD or entities; {hint}") from error
    except ParseError as error:
        what = str(error).partition(": line")[0]
        hint = "write the character itself" if "entity" in what else "export it once more"
        raise Unreadable(error.position[0], f"is not XML: {what}; {hint}") from error
    except (LookupError, ValueError) as error:
        raise Unreadable(1, f"is not XML that can be read ({error}); save it as UTF-8") from error
    return root


class _Builder(TreeBuilder):
    """Builds nodes with lines and keeps count."""

    def __init__(self) -> None:
        super().__init__(element_factory=self._node)
        self.expat: Any = None
        self._depth = self._count = 0

    @property
    def line(self) -> int:
        """Where the parser stands."""
        return int(self.expat.CurrentLineNumber)

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise Unreadable(self.line, f"is nested more than {DEEPEST} levels deep; no course is, export it once more")
        if self._count > MOST_ELEMENTS:
            raise Unreadable(self.line, f"holds more than {MOST_ELEMENTS:,} elements; split it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def _node(self, tag: str, attrs: dict[str, str]) -> Node:
        node = Node(tag, attrs)
        node.line = self.line
        return node
