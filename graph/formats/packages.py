"""Packages of the IMS standards: a zip, the same unpacked into a folder, or one file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from graph import reading
from graph.course import Place, Problem
from graph.course_files import Folder
from graph.reading import Node, Unreadable
from graph.reading.archives import MOST_MEMBERS

MANIFEST = "imsmanifest.xml"
COMPANION = "lodestar.jsonl"
"""What Lodestar adds to a package, see `companion`."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Package:
    """Members by their path below the manifest, which may lie in a folder of the archive (`root`)."""

    file: str
    root: str
    names: frozenset[str]
    _content: Callable[[str], bytes]

    @property
    def ours(self) -> bool:
        """Whether Lodestar wrote the package."""
        return COMPANION in self.names

    def place(self, name: str, line: int = 0) -> Place:
        """How reports name a member; "" is the package as a whole."""
        return Place(self.root + name if name else self.file, line)

    def note(self, folder: Folder, name: str, line: int, id: str, message: str) -> None:
        """Tell something worth knowing about a row of a member."""
        folder.notes.append(Problem(self.place(name, line), id, message))

    def resolve(self, href: str, base: str = "") -> str | None:
        """The member that a reference means, None if there is none: %20 is a blank, what follows # or ? is left out."""
        for wanted in (href, unquote(href), unquote(href.partition("#")[0].partition("?")[0])):
            path = str(PurePosixPath(base, wanted.replace("\\", "/")))
            if path in self.names:
                return path
        return None

    def content(self, name: str, folder: Folder) -> bytes | None:
        """The bytes of a member; None, and a problem of `folder`, if it cannot be read."""
        try:
            return self._content(self.root + name)
        except Unreadable as error:
            folder.say(self.place(name), str(error))
            return None

    def xml(self, name: str, folder: Folder) -> Node | None:
        """The root element of a member; None, and a problem of `folder`, if it is no XML that may be read."""
        content = self.content(name, folder)
        try:
            return reading.xml(content) if content is not None else None
        except Unreadable as error:
            folder.say(self.place(name, error.line), str(error))
            return None

    def text(self, name: str, folder: Folder) -> str | None:
        """The text of a page, as browsers would guess it where it is not UTF-8."""
        content = self.content(name, folder)
        if content is None:
            return None
        try:
            return reading.decoded(content)
        except Unreadable:
            return content.decode("utf-16" if content[:2] in _UTF_16 else "cp1252", "replace")


def opened(path: Path, folder: Folder) -> Package | None:
    """The package at `path`; None, and a problem of `folder`, if there is none that may be read."""
    try:
        if path.is_dir():
            names = _files(path)
            return _package(path, names, partial(_file, path))
        if path.suffix.lower() in (".xml", ".qti"):
            found = reading.content(path)
            return Package(path.name, "", frozenset({path.name}), lambda name: found)
        archive = reading.archive(path)
        names = [name for name in archive.namelist() if name[-1:] != "/"]
        return _package(path, names, partial(reading.member, archive))
    except Unreadable as error:
        folder.say(Place(path.name, error.line), str(error))
        return None


def _package(path: Path, names: list[str], content: Callable[[str], bytes]) -> Package:
    """Members outside the manifest's folder are left out."""
    manifests = [name for name in names if name.rpartition("/")[2] == MANIFEST]
    root = min(manifests, key=lambda name: name.count("/")).removesuffix(MANIFEST) if manifests else ""
    below = frozenset(name[len(root) :] for name in names if name.startswith(root))
    return Package(path.name, root, below, content)


def _files(folder: Path) -> list[str]:
    """All files below `folder` that links do not lead out of."""
    inside = folder.resolve()
    found: list[str] = []
    for file in folder.rglob("*"):
        if file.is_file() and file.resolve().is_relative_to(inside):
            found.append(file.relative_to(folder).as_posix())
        if len(found) > MOST_MEMBERS:
            raise Unreadable(0, f"holds more than {MOST_MEMBERS:,} files; give the folder of one course")
    return sorted(found)


def _file(folder: Path, name: str) -> bytes:
    return reading.content(folder / name)
