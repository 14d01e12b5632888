"""Cuts HTML into texts and tags in one pass, whatever it holds.

The standard library's html.parser takes ten seconds for 20 kB of `<a <a <a …` (Python 3.11) and hours for a page made
to hurt; this takes time in proportion to the page's length.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_QUOTE_OR_END = re.compile("[>\"']")
_NAME = re.compile(r"/?([A-Za-z][\w:-]*)")
_SAID = re.compile(r"\b(?:alt|alttext)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_RAW = ("script", "style", "title", "textarea")
_RAW_END = {name: re.compile(f"</{name}", re.I) for name in _RAW}


class Tag(NamedTuple):
    """A tag, or a text if it has no name. `said` is its alt or alttext."""

    name: str
    ends: bool = False
    said: str = ""
    text: str = ""


def tags(html: str) -> Iterator[Tag]:
    """Texts and tags in the order of the page; comments, declarations and what stands in scripts are left out."""
    position, quoted = 0, True
    while True:
        start = html.find("<", position)
        yield Tag("", text=_unescaped(html[position : start if start >= 0 else len(html)]))
        if start < 0:
            return
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4)
            position = end + 3 if end >= 0 else len(html)
        elif html[start + 1 : start + 2] not in "/!?" and not html[start + 1 : start + 2].isalpha():
            yield Tag("", text="<")
            position = start + 1
        else:
            end, quoted = _end(html, start, quoted)
            if end < 0:
                return
            position = end + 1
            found = _NAME.match(html, start + 1, end)
            if found is not None:
                tag = _tag(html[start + 1 : end], found[1].lower())
                yield tag
                position = _behind_raw(html, position, tag)


def _end(html: str, start: int, quoted: bool) -> tuple[int, bool]:
    """Where a tag's > stands, -1 without any; a > in quotes is none, unless quotes stay open to the end of the page.

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


def _tag(inside: str, name: str) -> Tag:
    said = _SAID.search(inside)
    text = next(filter(None, said.groups()), "") if said is not None else ""
    return Tag(name, inside.startswith("/"), _unescaped(text))


def _behind_raw(html: str, position: int, tag: Tag) -> int:
    """What stands in a script is no HTML."""
    if tag.ends or tag.name not in _RAW:
        return position
    found = _RAW_END[tag.name].search(html, position)
    return found.start() if found is not None else len(html)


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text
