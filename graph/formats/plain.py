"""HTML to plain text and back: what a person reads on a page, with paragraphs and line breaks, without pictures."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from graph.formats.elements import attribute, local
from graph.formats.tags import tags

_PARAGRAPHS = re.compile(
    "p|pre|h[1-6]|ul|ol|dl|table|blockquote|figure|section|article|header|footer|form|hr|prompt|choiceInteraction"
)
_LINES = re.compile("div|li|tr|dt|dd|caption|option")
_HIDDEN = re.compile("script|style|title|textarea|annotation|annotation-xml|feedbackInline|feedbackBlock|rubricBlock")
_PICTURES = re.compile("img|object|audio|video|iframe|embed|svg")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Plain(NamedTuple):
    """Text, and whether pictures, sounds or films without a description are missing from it."""

    text: str
    lossy: bool


def from_html(html: str) -> Plain:
    """What a page says."""
    flow = _Flow()
    for tag in tags(html):
        if not tag.name:
            flow.data(tag.text)
        elif tag.ends:
            flow.end(tag.name)
        else:
            flow.start(tag.name, tag.said)
    return flow.plain()


def from_nodes(nodes: Iterable[Element], passed_over: Callable[[Element], bool] = lambda node: False) -> Plain:
    """The same of parsed XHTML; elements that are `passed_over` are left out with all they hold."""
    flow = _Flow()
    for node in nodes:
        _walk(node, flow, passed_over)
    return flow.plain()


def blocks(text: str) -> list[Element]:
    """The XHTML that reads as `text` again: paragraphs and line breaks, or <pre> where blanks matter."""
    made = []
    for paragraph in text.split("\n\n"):
        block = Element("p")
        block.text, *lines = paragraph.split("\n")
        for line in lines:
            SubElement(block, "br").tail = line
        made.append(block)
    if from_nodes(made).text == text:
        return made
    block = Element("pre")
    block.text = text
    return [block]


def _walk(node: Element, flow: "_Flow", passed_over: Callable[[Element], bool]) -> None:
    if not passed_over(node):
        name = local(node)
        flow.start(name, attribute(node, "alt") or attribute(node, "alttext"))
        flow.data(node.text or "")
        for child in node:
            _walk(child, flow, passed_over)
            flow.data(child.tail or "")
        flow.end(name)


class _Flow:
    """Collects text as a browser lays it out: runs of blanks are one, blocks begin on lines of their own."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks = 0
        self._kept = 0
        self._hidden = ""
        self._lossy = False

    def start(self, tag: str, said: str) -> None:
        """An element begins; `said` is what stands for it where it cannot be shown."""
        if self._hidden:
            return
        if _HIDDEN.fullmatch(tag) or (tag == "math" and said):
            self._hidden = tag
        self._break(tag)
        self._kept += tag == "pre"
        if tag == "br":
            self._emit("\n")
        elif tag in ("td", "th"):
            self.data(" ")
        elif _PICTURES.fullmatch(tag) and not said:
            self._lossy = True
        if said:
            self._emit(f"[{said}]")

    def end(self, tag: str) -> None:
        """An element ends; ends without a beginning are passed over."""
        if self._hidden:
            self._hidden = "" if tag == self._hidden else self._hidden
            return
        self._break(tag)
        self._kept = max(0, self._kept - (tag == "pre"))

    def data(self, text: str) -> None:
        """Text between two tags."""
        if self._hidden:
            return
        if not self._kept:
            text = _BLANKS.sub(" ", text)
            if self._breaks or not self._pieces or self._pieces[-1][-1] in " \n":
                text = text.removeprefix(" ")
        if text:
            self._emit(text)

    def plain(self) -> Plain:
        """What was collected."""
        return Plain(_CONTROL.sub("", "".join(self._pieces)).strip(), self._lossy)

    def _break(self, tag: str) -> None:
        wanted = 2 if _PARAGRAPHS.fullmatch(tag) else 1 if _LINES.fullmatch(tag) else 0
        self._breaks = max(self._breaks, wanted)

    def _emit(self, text: str) -> None:
        if self._breaks and self._pieces:
            self._pieces.append("\n" * self._breaks)
        self._breaks = 0
        self._pieces.append(text)
