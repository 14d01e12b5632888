"""Writes packages of the IMS standards: XML documents and the archive around them, the same bytes every time."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graph.errors import Conflict, Invalid
from graph.formats.packages import COMPANION, MANIFEST

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WHEN = (1980, 1, 1, 0, 0, 0)


def element(name: str, attributes: Mapping[str, str] | None = None, *inside: Element | str) -> Element:
    """An element with attributes, and with elements or one text inside."""
    made = Element(name, dict(attributes or {}))
    for one in inside:
        if isinstance(one, str):
            made.text = one
        else:
            made.append(one)
    return made


def markup(node: Element) -> str:
    """The element as text. Raises `Invalid` for a character that XML cannot hold."""
    text = tostring(node, encoding="unicode")
    found = _FORBIDDEN.search(text)
    if found:
        around = text[max(0, found.start() - 30) : found.start()]
        raise Invalid(f"XML cannot hold the character U+{ord(found[0]):04X} behind {around!r}; remove it first.")
    return text


def document(root: Element) -> bytes:
    """A whole document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{markup(root)}\n'.encode()


def pack(members: dict[str, bytes], companion: bytes, file: Path) -> None:
    """Write the archive of members and companion; a file that is there is replaced when the new one is complete.

    Raises `Conflict` if `file` is a folder.
    """
    if file.is_dir():
        raise Conflict(f"{file} is a folder; name the file to write, such as {file / 'course.zip'}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    every = {**members, COMPANION: companion}
    partial_file = file.with_name(f".{file.name}.part")
    with ZipFile(partial_file, "w", ZIP_DEFLATED) as archive:
        for name in sorted(every, key=lambda name: (name != MANIFEST, name)):
            info = ZipInfo(name, _WHEN)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, every[name])
    partial_file.replace(file)


def named(values: dict[str, Any]) -> dict[str, str]:
    """Attributes without those that say nothing."""
    return {key: str(value) for key, value in values.items() if value not in (None, "")}
