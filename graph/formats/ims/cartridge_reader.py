"""Read an IMS Common Cartridge (1.0 to 1.3), a .imscc file or the folder it unpacks to, as a course folder.

Decisions that the standard does not make:

- A module, a folder of the organization that directly holds something to learn with, is a point, and what it holds are
  the resources that teach it as primary. The folder around it is its domain. A resource in two modules teaches both.
- Something outside of every module that stands in the organization is a point of its own. What stands nowhere in it
  (pages, links, discussions; not files, which pages use) is taught by one more point that has the course's title.
- Modules come in an order: each is a *proposed* prerequisite of the next, so nothing gates before a person accepts it.
- A curriculum standard in the metadata of a resource is a point too, which the resource teaches as supporting.
- The questions of an assessment become items of its module; those of a question bank, and of an assessment in no
  module, items of a point of that name. An assessment is no resource. Questions: see `graph.formats.ims.questions`.
- Kind, modality, minutes, address and text of a resource are guessed from its type, see the table. Files stay in the
  package; their url is their path there.
- Ids come from titles, as identifiers of the standard are for machines: a renamed module is a new point.

A cartridge that Lodestar wrote holds what the standard cannot (see `graph.formats.ims.companion`) and is read back
without loss.

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
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from graph.courses.tables import CourseFolder
from graph.formats.elements import element_text, find_descendants, find_first, get_attribute
from graph.formats.html import html_to_text
from graph.formats.ims.companion import PackageValues, merge_companion
from graph.formats.ims.manifest import (
    Manifest,
    ManifestResource,
    OrganizationItem,
    open_with_manifest,
    read_manifest,
    read_questions,
)
from graph.formats.ims.packages import COMPANION_FILE, MANIFEST_FILE, ContentPackage
from graph.formats.ims.rows import RowCollector

QUESTION_TYPE = "imsqti"
SUPPORT_TYPE = "associatedcontent"
PAGE_SUFFIXES = (".html", ".htm", ".xhtml")

_VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".avi", ".mkv", ".ogv")
_AUDIO_SUFFIXES = (".mp3", ".m4a", ".wav", ".ogg", ".flac")
_VIDEO_SITES = re.compile(r"https?://([\w-]+\.)*(youtube\.com|youtu\.be|vimeo\.com)/", re.I)
_WORDS_PER_MINUTE = 200
_FEW_WORDS = 50
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.I)
_ADDRESS = re.compile(r"https?://\S+")

ResourceValues = dict[str, Any]


def read(path: Path) -> CourseFolder:
    """Read a cartridge; report oddities as notes."""
    folder = CourseFolder()
    found = open_with_manifest(path, folder)
    if found is None:
        return folder
    package, manifest = found
    if package.is_from_lodestar:
        read_own_cartridge(package, manifest, folder)
    else:
        OrganizationReader(package, manifest, folder, path.stem).read()
    return folder


def describe_resource(part: ManifestResource, package: ContentPackage, folder: CourseFolder) -> ResourceValues | None:
    """Return the columns of the resource, without id; the title may be missing.

    None, and a problem, if it cannot be read.
    """
    if part.member is None:
        return None
    if part.type.startswith(("imswl", "imsdt", "assignment", "imsbasiclti")):
        root = package.read_xml(part.member, folder)
        return None if root is None else _describe_by_type(part.type, root)
    if part.member.lower().endswith(PAGE_SUFFIXES):
        html = package.read_text(part.member, folder)
        return None if html is None else _describe_page(html)
    return _describe_file(part.member)


def _describe_by_type(type: str, root: Element) -> ResourceValues:
    title = {"title": element_text(find_first(root, "title")) or None}
    if type.startswith("imswl"):
        url = next((get_attribute(one, "href") for one in find_descendants(root, "url")), "")
        film = _VIDEO_SITES.match(url) or url.lower().endswith(_VIDEO_SUFFIXES)
        return {
            **title,
            **_guess_kind("video" if film else "reading", "video" if film else "text", 10),
            **_url_column(url),
        }
    if type.startswith("imsbasiclti"):
        url = next((element_text(one) for one in find_descendants(root, "secure_launch_url", "launch_url")), "")
        text = element_text(find_first(root, "description")) or None
        return {**title, **_guess_kind("practice", "interactive", 20), **_url_column(url), "text": text}
    minutes = 20 if type.startswith("imsdt") else 30
    return {**title, **_guess_kind("practice", "interactive", minutes), "text": _read_text(find_first(root, "text"))}


def _guess_kind(kind: str, modality: str, minutes: int) -> ResourceValues:
    return {"kind": kind, "modality": modality, "minutes": minutes}


def _url_column(url: str) -> ResourceValues:
    """Return the address as a column, blanks in it as %20; nothing of an address that leads to no web page."""
    url = url.replace(" ", "%20")
    return {"url": url if _ADDRESS.fullmatch(url) else None}


def _read_text(node: Element | None) -> str | None:
    raw = "".join(node.itertext()) if node is not None else ""
    html = node is not None and "html" in get_attribute(node, "texttype").lower()
    return (html_to_text(raw).text if html else raw.strip()) or None


def _describe_page(html: str) -> ResourceValues:
    text, lossy = html_to_text(html)
    count = len(text.split())
    titled = _TITLE.search(html)
    title = {"title": html_to_text(titled[1]).text or None} if titled else {}
    if lossy and count < _FEW_WORDS and re.search(r"<(iframe|video|embed|object)\b", html, re.I):
        return {**title, **_guess_kind("video", "video", 10), "text": text or None}
    return {
        **title,
        **_guess_kind("reading", "text", max(1, math.ceil(count / _WORDS_PER_MINUTE))),
        "text": text or None,
    }


def _describe_file(member: str) -> ResourceValues:
    suffix = PurePosixPath(member).suffix.lower()
    path = {"title": PurePosixPath(member).name, "url": quote(member)}
    if suffix in _VIDEO_SUFFIXES:
        return {**_guess_kind("video", "video", 10), **path}
    if suffix in _AUDIO_SUFFIXES:
        return {**_guess_kind("lesson", "audio", 10), **path}
    return {**_guess_kind("reading", "text", 15), **path}


class OrganizationReader:
    """Walk the organization of a cartridge and collect rows."""

    def __init__(self, package: ContentPackage, found: Manifest, folder: CourseFolder, stem: str) -> None:
        self._package = package
        self._manifest = found
        self._folder = folder
        self._used: set[str] = set()
        self.rows = RowCollector(package, folder, found.title or stem)
        self.rows.settings.update(language=found.language, description=found.description, licence=found.licence)

    def read(self) -> None:
        """Fill the folder."""
        self._read_organization()
        self._read_unreferenced()
        if not self.rows.has_points:
            hint = "put pages, links or questions into modules and export it once more"
            self._folder.add_problem(self._package.location(MANIFEST_FILE), f"names nothing to learn with; {hint}")
        self._folder.header, self._folder.tables = self.rows.to_tables()

    def _read_organization(self) -> None:
        """Add points, resources and items in the order of the organization."""
        order = []
        for entry in self._manifest.entries:
            order += self._modules(entry, None) if entry.children else self._alone(entry)
        self.rows.propose_order(order)

    def _read_unreferenced(self) -> None:
        """Add the learning resources and questions that the organization does not name."""
        used = self._used | {name for part in self._manifest.parts.values() for name in part.dependencies}
        left = [part for name, part in self._manifest.parts.items() if name not in used and _is_learning_resource(part)]
        pages = [part for part in left if not part.type.startswith(QUESTION_TYPE)]
        if pages:
            point = self.rows.add_point(self.rows.title, None, 0)
            for part in pages:
                self._resource(point, "", part, part.line)
            self.rows.add_note(0, "", f"{len(pages)} resource(s) stand in no module; {self.rows.title!r} teaches them")
        for part in left:
            if part.type.startswith(QUESTION_TYPE):
                self._questions(None, part, part.title)

    def _modules(self, entry: OrganizationItem, domain: str | None) -> list[str]:
        """Return the points of a folder and of the folders in it."""
        leaves = [one for one in (entry, *entry.children) if one is entry or not one.children]
        direct = [(one, part) for one in leaves if (part := self._known(one)) is not None]
        inner = [one for one in entry.children if one.children]
        found = []
        if direct:
            found.append(self.rows.add_point(entry.title, domain, entry.line))
            for one, part in direct:
                self._use(found[0], one, part)
        elif not inner:
            self.rows.add_note(entry.line, entry.title, "holds nothing to learn with; left out")
        for one in inner:
            found += self._modules(one, entry.title)
        return found

    def _alone(self, entry: OrganizationItem) -> list[str]:
        """Return the point of something in no module; a heading has no reference and is passed over."""
        part = self._known(entry)
        if part is None:
            return []
        if part.type.startswith(QUESTION_TYPE):
            self._used.add(part.identifier)
            return self._questions(None, part, entry.title)
        point = self.rows.add_point(entry.title, None, entry.line)
        self._use(point, entry, part)
        return [point]

    def _known(self, entry: OrganizationItem) -> ManifestResource | None:
        """Return the resource that an entry uses; a page that stands in for an assignment gives way to it."""
        part = self._manifest.parts.get(entry.ref)
        better = self._manifest.parts.get(part.variant) if part is not None else None
        found = better if better is not None and better.member is not None else part
        if found is not None and found.member is not None:
            return found
        if entry.ref:
            what = f"the resource {entry.ref!r}" if found is None else f"the file {found.href!r}"
            self.rows.add_note(entry.line, entry.title, f"names {what}, which is missing; left out")
        return None

    def _use(self, point: str, entry: OrganizationItem, part: ManifestResource) -> None:
        again = part.identifier in self._used
        self._used |= {part.identifier, entry.ref}
        if not part.type.startswith(QUESTION_TYPE):
            self._resource(point, entry.title, part, entry.line)
        elif again:
            self.rows.add_note(
                entry.line, entry.title, "is used before; its questions belong to the first module with it"
            )
        else:
            self._questions(point, part, entry.title)

    def _resource(self, point: str, title: str, part: ManifestResource, line: int) -> None:
        values = self.rows.described.get(part.identifier) or describe_resource(part, self._package, self._folder)
        if values is not None:
            own = title or part.title or values.get("title") or PurePosixPath(part.href).stem
            self.rows.add_resource(point, part, {**values, "title": own}, line)

    def _questions(self, point: str | None, part: ManifestResource, title: str) -> list[str]:
        """Add the items of a point, or of a new point where they stand in no module; return the new points."""
        return self.rows.add_questions(point, part, read_questions(part, self._package, self._folder), title)


def _is_learning_resource(part: ManifestResource) -> bool:
    """Return whether a resource that stands in no module is one to learn with rather than a file that others use."""
    if part.type == "webcontent":
        return not part.variant and part.member is not None and part.member.lower().endswith(PAGE_SUFFIXES)
    return not part.type.startswith(SUPPORT_TYPE) and part.member is not None


def read_own_cartridge(package: ContentPackage, found: Manifest, folder: CourseFolder) -> None:
    """Fill `folder` from the companion and the package around it."""
    content = package.read_bytes(COMPANION_FILE, folder)
    if content is not None:
        merge_companion(content, values_of_package(package, found, folder), folder)


def values_of_members(members: dict[str, bytes]) -> PackageValues:
    """Return the columns that the members of a cartridge hold, before the companion is written."""
    package, folder = ContentPackage("", "", frozenset(members), members.__getitem__), CourseFolder()
    found = read_manifest(package, folder)
    return values_of_package(package, found, folder) if found is not None else {}


def values_of_package(package: ContentPackage, about: Manifest, folder: CourseFolder) -> PackageValues:
    """Return names of modules; titles, addresses and texts of resources; texts of questions."""
    found: dict[tuple[str, str], dict[str, Any]] = {("course", ""): {"title": about.title}}
    titles: dict[str, str] = {}
    for entry in _walk_entries(about.entries):
        if entry.ref:
            titles.setdefault(entry.ref, entry.title)
        else:
            found["points", entry.identifier] = {"name": entry.title}
    for name, part in about.parts.items():
        if part.type.startswith(QUESTION_TYPE):
            for question in read_questions(part, package, folder):
                if question.choice is not None:
                    found["items", question.ident] = question.choice.columns()
        elif not part.type.startswith(SUPPORT_TYPE):
            values = describe_resource(part, package, folder) or {}
            own = {column: values.get(column) for column in ("title", "url", "text")}
            found["resources", name] = {**own, "title": titles.get(name) or own["title"]}
    return found


def _walk_entries(entries: tuple[OrganizationItem, ...]) -> Iterator[OrganizationItem]:
    for entry in entries:
        yield entry
        yield from _walk_entries(entry.children)
