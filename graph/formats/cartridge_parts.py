"""What a cartridge's resources are to a learner: kind, modality, minutes, address and text, guessed from their type.

| resource | kind, modality | minutes | text, url |
|---|---|---|---|
| page (HTML) | reading, text | its words at 200 a minute | its text |
| page of under 50 words around a film or frame | video, video | 10 | its text |
| film, sound | video, video; lesson, audio | 10 | the path in the package |
| any other file | reading, text | 15 | the path in the package |
| web link (imswl) | reading, text; video at a film's address | 10 | the address |
| discussion (imsdt) | practice, interactive | 20 | its text |
| assignment | practice, interactive | 30 | its text |
| tool (imsbasiclti) | practice, interactive | 20 | its launch address and description |
"""

import math
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from graph.course_files import Folder
from graph.formats.cartridge_manifest import Part
from graph.formats.elements import attribute, first, within, words
from graph.formats.packages import Package
from graph.formats.plain import from_html

QUESTIONS = "imsqti"
SUPPORT = "associatedcontent"
PAGES = (".html", ".htm", ".xhtml")

_FILMS = (".mp4", ".m4v", ".mov", ".webm", ".avi", ".mkv", ".ogv")
_SOUNDS = (".mp3", ".m4a", ".wav", ".ogg", ".flac")
_FILM_SITES = re.compile(r"https?://([\w-]+\.)*(youtube\.com|youtu\.be|vimeo\.com)/", re.I)
_WORDS_A_MINUTE = 200
_FEW_WORDS = 50
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.I)
_ADDRESS = re.compile(r"https?://\S+")

Values = dict[str, Any]


def describe(part: Part, package: Package, folder: Folder) -> Values | None:
    """The columns of the resource, without id; the title may be missing. None, and a problem, if it cannot be read."""
    if part.member is None:
        return None
    if part.type.startswith(("imswl", "imsdt", "assignment", "imsbasiclti")):
        root = package.xml(part.member, folder)
        return None if root is None else _described(part.type, root)
    if part.member.lower().endswith(PAGES):
        html = package.text(part.member, folder)
        return None if html is None else _page(html)
    return _file(part.member)


def _described(type: str, root: Element) -> Values:
    title = {"title": words(first(root, "title")) or None}
    if type.startswith("imswl"):
        url = next((attribute(one, "href") for one in within(root, "url")), "")
        film = _FILM_SITES.match(url) or url.lower().endswith(_FILMS)
        return {**title, **_looks("video" if film else "reading", "video" if film else "text", 10), **_address(url)}
    if type.startswith("imsbasiclti"):
        url = next((words(one) for one in within(root, "secure_launch_url", "launch_url")), "")
        text = words(first(root, "description")) or None
        return {**title, **_looks("practice", "interactive", 20), **_address(url), "text": text}
    minutes = 20 if type.startswith("imsdt") else 30
    return {**title, **_looks("practice", "interactive", minutes), "text": _text(first(root, "text"))}


def _looks(kind: str, modality: str, minutes: int) -> Values:
    return {"kind": kind, "modality": modality, "minutes": minutes}


def _address(url: str) -> Values:
    """The address as a column, blanks in it as %20; nothing of an address that leads to no web page."""
    url = url.replace(" ", "%20")
    return {"url": url if _ADDRESS.fullmatch(url) else None}


def _text(node: Element | None) -> str | None:
    raw = "".join(node.itertext()) if node is not None else ""
    html = node is not None and "html" in attribute(node, "texttype").lower()
    return (from_html(raw).text if html else raw.strip()) or None


def _page(html: str) -> Values:
    text, lossy = from_html(html)
    count = len(text.split())
    titled = _TITLE.search(html)
    title = {"title": from_html(titled[1]).text or None} if titled else {}
    if lossy and count < _FEW_WORDS and re.search(r"<(iframe|video|embed|object)\b", html, re.I):
        return {**title, **_looks("video", "video", 10), "text": text or None}
    return {**title, **_looks("reading", "text", max(1, math.ceil(count / _WORDS_A_MINUTE))), "text": text or None}


def _file(member: str) -> Values:
    suffix = PurePosixPath(member).suffix.lower()
    path = {"title": PurePosixPath(member).name, "url": quote(member)}
    if suffix in _FILMS:
        return {**_looks("video", "video", 10), **path}
    if suffix in _SOUNDS:
        return {**_looks("lesson", "audio", 10), **path}
    return {**_looks("reading", "text", 15), **path}
