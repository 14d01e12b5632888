"""What a cartridge that Lodestar wrote gives for the rows of its companion."""

from collections.abc import Iterator
from typing import Any

from graph.course_files import Folder
from graph.formats.cartridge_manifest import Entry, Manifest, asked, manifest
from graph.formats.cartridge_parts import QUESTIONS, SUPPORT, describe
from graph.formats.companion import Given, join
from graph.formats.packages import COMPANION, Package


def read(package: Package, found: Manifest, folder: Folder) -> None:
    """Fill `folder` from the companion and the package around it."""
    content = package.content(COMPANION, folder)
    if content is not None:
        join(content, given(package, found, folder), folder)


def given_by(members: dict[str, bytes]) -> Given:
    """What the members of a cartridge give for the rows of the companion that they are still to get."""
    package, folder = Package("", "", frozenset(members), members.__getitem__), Folder()
    found = manifest(package, folder)
    return given(package, found, folder) if found is not None else {}


def given(package: Package, about: Manifest, folder: Folder) -> Given:
    """Names of modules; titles, addresses and texts of resources; texts of questions."""
    found: dict[tuple[str, str], dict[str, Any]] = {("course", ""): {"title": about.title}}
    titles: dict[str, str] = {}
    for entry in _entries(about.entries):
        if entry.ref:
            titles.setdefault(entry.ref, entry.title)
        else:
            found["points", entry.identifier] = {"name": entry.title}
    for name, part in about.parts.items():
        if part.type.startswith(QUESTIONS):
            for question in asked(part, package, folder):
                if question.asked is not None:
                    found["items", question.ident] = question.asked.columns()
        elif not part.type.startswith(SUPPORT):
            values = describe(part, package, folder) or {}
            own = {column: values.get(column) for column in ("title", "url", "text")}
            found["resources", name] = {**own, "title": titles.get(name) or own["title"]}
    return found


def _entries(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _entries(entry.children)
