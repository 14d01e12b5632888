"""imsmanifest.xml: what a Common Cartridge or a QTI package says about itself, its order, and its resources."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from graph.course_files import Folder
from graph.formats.elements import attribute, children, first, line, local, within, words
from graph.formats.packages import MANIFEST, Package, opened
from graph.formats.qti_items import Question, questions, standards

Standards = tuple[tuple[str, str, str], ...]
"""(part, GUID, label); part is the question meant, "" for all of the resource."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Entry:
    """An item of the organization: a module if it has children, else a place where the resource `ref` is used."""

    identifier: str
    title: str
    ref: str
    line: int
    children: tuple["Entry", ...]


@dataclass(frozen=True)
class Part:
    """A resource of the package.

    Attributes:
        href: what the manifest writes; `member` is the file in the package, None if it is not there.
        variant: identifier of the resource that this one stands in for.
        subjects: names in its metadata's taxonomies, the most special of each.
    """

    identifier: str
    type: str
    href: str
    member: str | None
    line: int
    title: str
    variant: str
    dependencies: tuple[str, ...]
    standards: Standards
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """All that is read of a manifest; parts by their identifiers, in its order."""

    title: str = ""
    language: str = ""
    description: str = ""
    licence: str = ""
    entries: tuple[Entry, ...] = ()
    parts: dict[str, Part] = field(default_factory=dict)


def unpacked(path: Path, folder: Folder) -> tuple[Package, Manifest] | None:
    """The package at `path` and its manifest; None, and a problem of `folder`, if there is none that can be read."""
    package = opened(path, folder)
    found = manifest(package, folder) if package is not None else None
    return None if package is None or found is None else (package, found)


def manifest(package: Package, folder: Folder) -> Manifest | None:
    """The package's manifest; None, and a problem of `folder`, if there is none that can be read."""
    if MANIFEST not in package.names:
        folder.say(package.place(MANIFEST), "is missing; give a Common Cartridge (.imscc) or the folder it unpacks to")
        return None
    root = package.xml(MANIFEST, folder)
    if root is None:
        return None
    if local(root) != "manifest":
        hint = "export the course as a Common Cartridge once more"
        folder.say(package.place(MANIFEST, root.line), f"begins with <{local(root)}> and not with <manifest>; {hint}")
        return None
    lom = _lom(root)
    general = first(lom, "general")
    entries = tuple(_entry(item) for item in children(_organization(root), "item"))
    if len(entries) == 1 and entries[0].children and not entries[0].title:
        entries = entries[0].children
    resources = first(root, "resources")
    base = attribute(resources, "base") if resources is not None else ""
    found = [_part(one, package, base) for one in children(resources, "resource")] if resources is not None else []
    return Manifest(
        _said(first(general, "title")),
        _language(first(general, "language"), package, folder),
        _said(first(general, "description")),
        _said(first(lom, "rights", "description")),
        entries,
        {part.identifier: part for part in found},
    )


def asked(part: Part, package: Package, folder: Folder) -> list[Question]:
    """The questions of an assessment or a bank; none, and a problem, if it cannot be read."""
    root = package.xml(part.member, folder) if part.member is not None else None
    return list(questions(root)) if root is not None else []


def _language(node: Element | None, package: Package, folder: Folder) -> str:
    """The language as a tag such as pt-BR, "" where there is none."""
    tag = words(node).replace("_", "-")
    if tag and not _LANGUAGE.fullmatch(tag):
        package.note(folder, MANIFEST, line(node), "language", f"{tag!r} is no language tag such as en; left out")
        return ""
    return tag


def _said(node: Element | None) -> str:
    """The first of the languages in which metadata say something."""
    return words(node[0] if node is not None and len(node) else node)


def _organization(root: Element) -> Element:
    """The first organization; a manifest of questions has none."""
    found = first(root, "organizations", "organization")
    return found if found is not None else Element("organization")


def _lom(node: Element) -> Element | None:
    metadata = first(node, "metadata")
    return next(within(metadata, "lom"), None) if metadata is not None else None


def _entry(item: Element) -> Entry:
    inner = tuple(_entry(one) for one in children(item, "item"))
    title = words(first(item, "title"))
    return Entry(attribute(item, "identifier"), title, attribute(item, "identifierref"), line(item), inner)


def _part(resource: Element, package: Package, base: str) -> Part:
    base += attribute(resource, "base")
    files = [attribute(file, "href") for file in children(resource, "file")]
    href = attribute(resource, "href") or (files[0] if files else "")
    lom = _lom(resource)
    return Part(
        attribute(resource, "identifier"),
        attribute(resource, "type"),
        href,
        package.resolve(href, base) if href else None,
        line(resource),
        _said(first(lom, "general", "title")),
        next((attribute(one, "identifierref") for one in within(resource, "variant")), ""),
        tuple(attribute(one, "identifierref") for one in children(resource, "dependency")),
        standards(first(resource, "metadata")),
        tuple(filter(None, map(_subject, within(lom, "taxonPath")))) if lom is not None else (),
    )


def _subject(path: Element) -> str:
    """The last taxon of a path."""
    taxa = list(within(path, "taxon"))
    return _said(first(taxa[-1], "entry")) if taxa else ""
