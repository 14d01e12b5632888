"""Packages of the IMS standards: a zip, the same unpacked into a folder, or one file; read, written, and their XML.

Names of elements and attributes are compared without namespaces, and QTI 3.0's qti-choice-interaction is read as
2.x's choiceInteraction; every helper takes names in the spelling of QTI 1.2 and 2.x. The same course gives the same
bytes each time it is written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graph import readers
from graph.courses.records import CourseProblem, FileLocation
from graph.courses.tables import CourseFolder
from graph.errors import Conflict, Invalid
from graph.readers import MAX_MEMBERS, Unreadable, XmlElement

MANIFEST_FILE = "imsmanifest.xml"
COMPANION_FILE = "lodestar.jsonl"
"""What Lodestar adds to a package, see `companion`."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_INVALID_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ContentPackage:
    """Members by their path below the manifest, which may lie in a folder of the archive (`root`)."""

    file: str
    root: str
    names: frozenset[str]
    _read_member: Callable[[str], bytes]

    @property
    def is_from_lodestar(self) -> bool:
        """Whether Lodestar wrote the package."""
        return COMPANION_FILE in self.names

    def location(self, name: str, line: int = 0) -> FileLocation:
        """Return the location of a member in reports; "" is the package as a whole."""
        return FileLocation(self.root + name if name else self.file, line)

    def add_note(self, folder: CourseFolder, name: str, line: int, id: str, message: str) -> None:
        """Add a note about a row of a member."""
        folder.notes.append(CourseProblem(self.location(name, line), id, message))

    def resolve(self, href: str, base: str = "") -> str | None:
        """Return the member of a reference, or None: %20 is a blank, the part behind # or ? is ignored."""
        for wanted in (href, unquote(href), unquote(href.partition("#")[0].partition("?")[0])):
            path = str(PurePosixPath(base, wanted.replace("\\", "/")))
            if path in self.names:
                return path
        return None

    def read_bytes(self, name: str, folder: CourseFolder) -> bytes | None:
        """Return the bytes of a member; None, and a problem of `folder`, if it cannot be read."""
        try:
            return self._read_member(self.root + name)
        except Unreadable as error:
            folder.add_problem(self.location(name), str(error))
            return None

    def read_xml(self, name: str, folder: CourseFolder) -> XmlElement | None:
        """Return the root element of a member; None, and a problem of `folder`, if it is no XML that may be read."""
        content = self.read_bytes(name, folder)
        try:
            return readers.parse_xml(content) if content is not None else None
        except Unreadable as error:
            folder.add_problem(self.location(name, error.line), str(error))
            return None

    def read_text(self, name: str, folder: CourseFolder) -> str | None:
        """Return the text of a page, as browsers would guess it where it is not UTF-8."""
        content = self.read_bytes(name, folder)
        if content is None:
            return None
        try:
            return readers.decode_text(content)
        except Unreadable:
            return content.decode("utf-16" if content[:2] in _UTF_16_MARKS else "cp1252", "replace")


def open_package(path: Path, folder: CourseFolder) -> ContentPackage | None:
    """Return the package at `path`; None, and a problem of `folder`, if there is none that may be read."""
    try:
        if path.is_dir():
            names = _list_files(path)
            return _make_package(path, names, partial(_read_file, path))
        if path.suffix.lower() in (".xml", ".qti"):
            found = readers.read_bytes(path)
            return ContentPackage(path.name, "", frozenset({path.name}), lambda name: found)
        archive = readers.open_archive(path)
        names = [name for name in archive.namelist() if name[-1:] != "/"]
        return _make_package(path, names, partial(readers.read_member, archive))
    except Unreadable as error:
        folder.add_problem(FileLocation(path.name, error.line), str(error))
        return None


def _make_package(path: Path, names: list[str], content: Callable[[str], bytes]) -> ContentPackage:
    """Make a package without the members outside the manifest's folder."""
    manifests = [name for name in names if name.rpartition("/")[2] == MANIFEST_FILE]
    root = min(manifests, key=lambda name: name.count("/")).removesuffix(MANIFEST_FILE) if manifests else ""
    below = frozenset(name[len(root) :] for name in names if name.startswith(root))
    return ContentPackage(path.name, root, below, content)


def _list_files(folder: Path) -> list[str]:
    """Return all files below `folder` that links do not lead out of."""
    inside = folder.resolve()
    found: list[str] = []
    for file in folder.rglob("*"):
        if file.is_file() and file.resolve().is_relative_to(inside):
            found.append(file.relative_to(folder).as_posix())
        if len(found) > MAX_MEMBERS:
            raise Unreadable(0, f"holds more than {MAX_MEMBERS:,} files; give the folder of one course")
    return sorted(found)


def _read_file(folder: Path, name: str) -> bytes:
    return readers.read_bytes(folder / name)


def make_element(name: str, attributes: Mapping[str, str] | None = None, *inside: Element | str) -> Element:
    """Return an element with attributes, and with elements or one text inside."""
    made = Element(name, dict(attributes or {}))
    for one in inside:
        if isinstance(one, str):
            made.text = one
        else:
            made.append(one)
    return made


def render_element(node: Element) -> str:
    """Return the element as text. Raises `Invalid` for a character that XML cannot hold."""
    text = tostring(node, encoding="unicode")
    found = _INVALID_IN_XML.search(text)
    if found:
        around = text[max(0, found.start() - 30) : found.start()]
        raise Invalid(f"XML cannot hold the character U+{ord(found[0]):04X} behind {around!r}; remove it first.")
    return text


def render_document(root: Element) -> bytes:
    """Return a whole document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{render_element(root)}\n'.encode()


def write_package(members: dict[str, bytes], companion: bytes, file: Path) -> None:
    """Write the archive of members and companion; a file that is there is replaced when the new one is complete.

    Raises `Conflict` if `file` is a folder.
    """
    if file.is_dir():
        raise Conflict(f"{file} is a folder; name the file to write, such as {file / 'course.zip'}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    every = {**members, COMPANION_FILE: companion}
    partial_file = file.with_name(f".{file.name}.part")
    with ZipFile(partial_file, "w", ZIP_DEFLATED) as archive:
        for name in sorted(every, key=lambda name: (name != MANIFEST_FILE, name)):
            info = ZipInfo(name, _ZIP_TIMESTAMP)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, every[name])
    partial_file.replace(file)


def make_attributes(values: dict[str, Any]) -> dict[str, str]:
    """Return attributes without those that say nothing."""
    return {key: str(value) for key, value in values.items() if value not in (None, "")}
