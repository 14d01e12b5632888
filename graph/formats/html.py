"""Convert HTML to plain text and back, and make ids from titles.

Plain text is what a person reads on a page, with paragraphs and line breaks, without pictures. HTML is cut into texts
and tags in one pass, whatever it holds: the standard library's html.parser takes ten seconds for 20 kB of `<a <a <a …`
(Python 3.11) and hours for a hostile page; this takes time in proportion to the page's length.

Ids are made from titles for formats whose own identifiers are not readable.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from graph.formats.elements import get_attribute, local_name

_QUOTE_OR_END = re.compile("[>\"']")
_TAG_NAME = re.compile(r"/?([A-Za-z][\w:-]*)")
_ALTERNATIVE_TEXT = re.compile(r"\b(?:alt|alttext)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_RAW_ELEMENTS = ("script", "style", "title", "textarea")
_RAW_END = {name: re.compile(f"</{name}", re.I) for name in _RAW_ELEMENTS}

_PARAGRAPH_ELEMENTS = re.compile(
    "p|pre|h[1-6]|ul|ol|dl|table|blockquote|figure|section|article|header|footer|form|hr|prompt|choiceInteraction"
)
_LINE_ELEMENTS = re.compile("div|li|tr|dt|dd|caption|option")
_HIDDEN_ELEMENTS = re.compile(
    "script|style|title|textarea|annotation|annotation-xml|feedbackInline|feedbackBlock|rubricBlock"
)
_MEDIA_ELEMENTS = re.compile("img|object|audio|video|iframe|embed|svg")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MAX_SLUG_LENGTH = 80
_NON_SLUG = re.compile(r"[\W_]+")


class HtmlToken(NamedTuple):
    """A tag, or a text if it has no name. `alternative` is its alt or alttext."""

    name: str
    is_end_tag: bool = False
    alternative: str = ""
    text: str = ""


def tokenize_html(html: str) -> Iterator[HtmlToken]:
    """Yield texts and tags in the order of the page, without comments, declarations and the contents of scripts."""
    position, quoted = 0, True
    while True:
        start = html.find("<", position)
        yield HtmlToken("", text=_unescape(html[position : start if start >= 0 else len(html)]))
        if start < 0:
            return
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4)
            position = end + 3 if end >= 0 else len(html)
        elif html[start + 1 : start + 2] not in "/!?" and not html[start + 1 : start + 2].isalpha():
            yield HtmlToken("", text="<")
            position = start + 1
        else:
            end, quoted = _find_tag_end(html, start, quoted)
            if end < 0:
                return
            position = end + 1
            found = _TAG_NAME.match(html, start + 1, end)
            if found is not None:
                tag = _make_token(html[start + 1 : end], found[1].lower())
                yield tag
                position = _skip_raw(html, position, tag)


def _find_tag_end(html: str, start: int, quoted: bool) -> tuple[int, bool]:
    """Return where a tag's > stands, -1 without any; one in quotes is none, unless quotes stay open to the page's end.

    Once they do, quotes count no more: so a page is searched to its end but once.
    """
    position = start + 1
    while quoted:
        found = _QUOTE_OR_END.search(html, position)
        if found is not None and found[0] == ">":
            return found.start(), True
        closed = html.find(found[0], found.end()) if found is not None else -1
        quoted = closed >= 0
        position = closed + 1
    return html.find(">", start), False


def _make_token(inside: str, name: str) -> HtmlToken:
    said = _ALTERNATIVE_TEXT.search(inside)
    text = next(filter(None, said.groups()), "") if said is not None else ""
    return HtmlToken(name, inside.startswith("/"), _unescape(text))


def _skip_raw(html: str, position: int, tag: HtmlToken) -> int:
    """Return the position behind the contents of a script or another raw element."""
    if tag.is_end_tag or tag.name not in _RAW_ELEMENTS:
        return position
    found = _RAW_END[tag.name].search(html, position)
    return found.start() if found is not None else len(html)


def _unescape(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text


class PlainText(NamedTuple):
    """Text, and whether pictures, sounds or films without a description are missing from it."""

    text: str
    lossy: bool


def html_to_text(html: str) -> PlainText:
    """Convert HTML to plain text."""
    flow = _TextFlow()
    for tag in tokenize_html(html):
        if not tag.name:
            flow.data(tag.text)
        elif tag.is_end_tag:
            flow.end(tag.name)
        else:
            flow.start(tag.name, tag.alternative)
    return flow.plain()


def xhtml_to_text(nodes: Iterable[Element], passed_over: Callable[[Element], bool] = lambda node: False) -> PlainText:
    """Convert parsed XHTML to plain text, without elements for which `passed_over` is true."""
    flow = _TextFlow()
    for node in nodes:
        _walk_nodes(node, flow, passed_over)
    return flow.plain()


def text_to_xhtml(text: str) -> list[Element]:
    """Return the XHTML that reads as `text` again: paragraphs and line breaks, or <pre> where blanks matter."""
    made = []
    for paragraph in text.split("\n\n"):
        block = Element("p")
        block.text, *lines = paragraph.split("\n")
        for line in lines:
            SubElement(block, "br").tail = line
        made.append(block)
    if xhtml_to_text(made).text == text:
        return made
    block = Element("pre")
    block.text = text
    return [block]


def _walk_nodes(node: Element, flow: "_TextFlow", passed_over: Callable[[Element], bool]) -> None:
    if not passed_over(node):
        name = local_name(node)
        flow.start(name, get_attribute(node, "alt") or get_attribute(node, "alttext"))
        flow.data(node.text or "")
        for child in node:
            _walk_nodes(child, flow, passed_over)
            flow.data(child.tail or "")
        flow.end(name)


class _TextFlow:
    """Collect text as a browser lays it out: a run of blanks is one blank, blocks begin on new lines."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks = 0
        self._kept = 0
        self._hidden = ""
        self._lossy = False

    def start(self, tag: str, alternative: str) -> None:
        """Begin an element; `alternative` is its text where it cannot be shown."""
        if self._hidden:
            return
        if _HIDDEN_ELEMENTS.fullmatch(tag) or (tag == "math" and alternative):
            self._hidden = tag
        self._break(tag)
        self._kept += tag == "pre"
        if tag == "br":
            self._emit("\n")
        elif tag in ("td", "th"):
            self.data(" ")
        elif _MEDIA_ELEMENTS.fullmatch(tag) and not alternative:
            self._lossy = True
        if alternative:
            self._emit(f"[{alternative}]")

    def end(self, tag: str) -> None:
        """End an element; ignore an end without a beginning."""
        if self._hidden:
            self._hidden = "" if tag == self._hidden else self._hidden
            return
        self._break(tag)
        self._kept = max(0, self._kept - (tag == "pre"))

    def data(self, text: str) -> None:
        """Add the text between two tags."""
        if self._hidden:
            return
        if not self._kept:
            text = _BLANKS.sub(" ", text)
            if self._breaks or not self._pieces or self._pieces[-1][-1] in " \n":
                text = text.removeprefix(" ")
        if text:
            self._emit(text)

    def plain(self) -> PlainText:
        """Return the collected text."""
        return PlainText(_CONTROL.sub("", "".join(self._pieces)).strip(), self._lossy)

    def _break(self, tag: str) -> None:
        wanted = 2 if _PARAGRAPH_ELEMENTS.fullmatch(tag) else 1 if _LINE_ELEMENTS.fullmatch(tag) else 0
        self._breaks = max(self._breaks, wanted)

    def _emit(self, text: str) -> None:
        if self._breaks and self._pieces:
            self._pieces.append("\n" * self._breaks)
        self._breaks = 0
        self._pieces.append(text)


def make_slug(title: str) -> str:
    """Return a title as part of an id: letters and digits of any script, lower case, joined by hyphens; "" of none."""
    whole = unicodedata.normalize("NFKC", title).lower()
    return _NON_SLUG.sub("-", whole).strip("-")[:_MAX_SLUG_LENGTH].rstrip("-")


class UniqueIds:
    """Allocate unique ids: the second of a name ends in -2."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def allocate(self, prefix: str, title: str, otherwise: str) -> str:
        """Return a new id: `prefix` and the slug of `title`, or of `otherwise` where the title has no letter."""
        base = name = prefix + (make_slug(title) or make_slug(otherwise) or "x")
        while name in self._given:
            self._given[base] += 1
            name = f"{base}-{self._given[base]}"
        self._given[name] = 1
        return name
