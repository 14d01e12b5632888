"""imsmanifest.xml: the metadata, the organization and the resources of a Common Cartridge or a QTI package."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from graph.courses.tables import CourseFolder
from graph.formats.elements import (
    element_line,
    element_text,
    find_children,
    find_descendants,
    find_first,
    get_attribute,
    local_name,
)
from graph.formats.ims.packages import MANIFEST_FILE, ContentPackage, open_package
from graph.formats.ims.questions import QtiQuestion, find_standards, parse_questions

Standards = tuple[tuple[str, str, str], ...]
"""(part, GUID, label); part is the question meant, "" for all of the resource."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class OrganizationItem:
    """An item of the organization: a module if it has children, else a place where the resource `ref` is used."""

    identifier: str
    title: str
    ref: str
    line: int
    children: tuple["OrganizationItem", ...]


@dataclass(frozen=True)
class ManifestResource:
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
    """The parsed manifest; parts by identifier, in its order."""

    title: str = ""
    language: str = ""
    description: str = ""
    licence: str = ""
    entries: tuple[OrganizationItem, ...] = ()
    parts: dict[str, ManifestResource] = field(default_factory=dict)


def open_with_manifest(path: Path, folder: CourseFolder) -> tuple[ContentPackage, Manifest] | None:
    """Open the package at `path` and its manifest; return None and add a problem to `folder` if it cannot be read."""
    package = open_package(path, folder)
    found = read_manifest(package, folder) if package is not None else None
    return None if package is None or found is None else (package, found)


def read_manifest(package: ContentPackage, folder: CourseFolder) -> Manifest | None:
    """Return the package's manifest; None, and a problem of `folder`, if there is none that can be read."""
    if MANIFEST_FILE not in package.names:
        folder.add_problem(
            package.location(MANIFEST_FILE), "is missing; give a Common Cartridge (.imscc) or the folder it unpacks to"
        )
        return None
    root = package.read_xml(MANIFEST_FILE, folder)
    if root is None:
        return None
    if local_name(root) != "manifest":
        hint = "export the course as a Common Cartridge once more"
        folder.add_problem(
            package.location(MANIFEST_FILE, root.line),
            f"begins with <{local_name(root)}> and not with <manifest>; {hint}",
        )
        return None
    lom = _find_lom(root)
    general = find_first(lom, "general")
    entries = tuple(_parse_item(item) for item in find_children(_first_organization(root), "item"))
    if len(entries) == 1 and entries[0].children and not entries[0].title:
        entries = entries[0].children
    resources = find_first(root, "resources")
    base = get_attribute(resources, "base") if resources is not None else ""
    found = (
        [_parse_resource(one, package, base) for one in find_children(resources, "resource")]
        if resources is not None
        else []
    )
    return Manifest(
        _lang_string(find_first(general, "title")),
        _read_language(find_first(general, "language"), package, folder),
        _lang_string(find_first(general, "description")),
        _lang_string(find_first(lom, "rights", "description")),
        entries,
        {part.identifier: part for part in found},
    )


def read_questions(part: ManifestResource, package: ContentPackage, folder: CourseFolder) -> list[QtiQuestion]:
    """Return the questions of an assessment or a bank; none, and a problem, if it cannot be read."""
    root = package.read_xml(part.member, folder) if part.member is not None else None
    return list(parse_questions(root)) if root is not None else []


def _read_language(node: Element | None, package: ContentPackage, folder: CourseFolder) -> str:
    """Return the language as a tag such as pt-BR, "" where there is none."""
    tag = element_text(node).replace("_", "-")
    if tag and not _LANGUAGE.fullmatch(tag):
        package.add_note(
            folder, MANIFEST_FILE, element_line(node), "language", f"{tag!r} is no language tag such as en; left out"
        )
        return ""
    return tag


def _lang_string(node: Element | None) -> str:
    """Return the first of the languages in which metadata say something."""
    return element_text(node[0] if node is not None and len(node) else node)


def _first_organization(root: Element) -> Element:
    """Return the first organization; a manifest of questions has none."""
    found = find_first(root, "organizations", "organization")
    return found if found is not None else Element("organization")


def _find_lom(node: Element) -> Element | None:
    metadata = find_first(node, "metadata")
    return next(find_descendants(metadata, "lom"), None) if metadata is not None else None


def _parse_item(item: Element) -> OrganizationItem:
    inner = tuple(_parse_item(one) for one in find_children(item, "item"))
    title = element_text(find_first(item, "title"))
    return OrganizationItem(
        get_attribute(item, "identifier"), title, get_attribute(item, "identifierref"), element_line(item), inner
    )


def _parse_resource(resource: Element, package: ContentPackage, base: str) -> ManifestResource:
    base += get_attribute(resource, "base")
    files = [get_attribute(file, "href") for file in find_children(resource, "file")]
    href = get_attribute(resource, "href") or (files[0] if files else "")
    lom = _find_lom(resource)
    return ManifestResource(
        get_attribute(resource, "identifier"),
        get_attribute(resource, "type"),
        href,
        package.resolve(href, base) if href else None,
        element_line(resource),
        _lang_string(find_first(lom, "general", "title")),
        next((get_attribute(one, "identifierref") for one in find_descendants(resource, "variant")), ""),
        tuple(get_attribute(one, "identifierref") for one in find_children(resource, "dependency")),
        find_standards(find_first(resource, "metadata")),
        tuple(filter(None, map(_last_taxon, find_descendants(lom, "taxonPath")))) if lom is not None else (),
    )


def _last_taxon(path: Element) -> str:
    """Return the last taxon of a path."""
    taxa = list(find_descendants(path, "taxon"))
    return _lang_string(find_first(taxa[-1], "entry")) if taxa else ""
