"""Walks the organization of a cartridge that another program wrote; the decisions stand in `cartridge`."""

from pathlib import PurePosixPath

from graph.course_files import Folder
from graph.formats.cartridge_manifest import Entry, Manifest, Part, asked
from graph.formats.cartridge_parts import PAGES, QUESTIONS, SUPPORT, describe
from graph.formats.cartridge_rows import Rows
from graph.formats.packages import MANIFEST, Package


class Walk:
    """Walks the organization and fills rows."""

    def __init__(self, package: Package, found: Manifest, folder: Folder, stem: str) -> None:
        self._package = package
        self._manifest = found
        self._folder = folder
        self._used: set[str] = set()
        self.rows = Rows(package, folder, found.title or stem)
        self.rows.settings.update(language=found.language, description=found.description, licence=found.licence)

    def finish(self) -> None:
        """Fill the folder."""
        self.organization()
        self.outside()
        if not self.rows.has_points:
            hint = "put pages, links or questions into modules and export it once more"
            self._folder.say(self._package.place(MANIFEST), f"names nothing to learn with; {hint}")
        self._folder.header, self._folder.sheets = self.rows.finished()

    def organization(self) -> None:
        """Points, resources and items in the order of the organization."""
        order = []
        for entry in self._manifest.entries:
            order += self._modules(entry, None) if entry.children else self._alone(entry)
        self.rows.propose(order)

    def outside(self) -> None:
        """What the organization does not name and a learner could use."""
        used = self._used | {name for part in self._manifest.parts.values() for name in part.dependencies}
        left = [part for name, part in self._manifest.parts.items() if name not in used and _teaches(part)]
        pages = [part for part in left if not part.type.startswith(QUESTIONS)]
        if pages:
            point = self.rows.point(self.rows.title, None, 0)
            for part in pages:
                self._resource(point, "", part, part.line)
            self.rows.note(0, "", f"{len(pages)} resource(s) stand in no module; {self.rows.title!r} teaches them")
        for part in left:
            if part.type.startswith(QUESTIONS):
                self._questions(None, part, part.title)

    def _modules(self, entry: Entry, domain: str | None) -> list[str]:
        """The points of a folder and of the folders in it."""
        leaves = [one for one in (entry, *entry.children) if one is entry or not one.children]
        direct = [(one, part) for one in leaves if (part := self._known(one)) is not None]
        inner = [one for one in entry.children if one.children]
        found = []
        if direct:
            found.append(self.rows.point(entry.title, domain, entry.line))
            for one, part in direct:
                self._use(found[0], one, part)
        elif not inner:
            self.rows.note(entry.line, entry.title, "holds nothing to learn with; left out")
        for one in inner:
            found += self._modules(one, entry.title)
        return found

    def _alone(self, entry: Entry) -> list[str]:
        """The point of something in no module; a heading has no reference and is passed over."""
        part = self._known(entry)
        if part is None:
            return []
        if part.type.startswith(QUESTIONS):
            self._used.add(part.identifier)
            return self._questions(None, part, entry.title)
        point = self.rows.point(entry.title, None, entry.line)
        self._use(point, entry, part)
        return [point]

    def _known(self, entry: Entry) -> Part | None:
        """The resource that an entry uses; a page that stands in for an assignment gives way to it."""
        part = self._manifest.parts.get(entry.ref)
        better = self._manifest.parts.get(part.variant) if part is not None else None
        found = better if better is not None and better.member is not None else part
        if found is not None and found.member is not None:
            return found
        if entry.ref:
            what = f"the resource {entry.ref!r}" if found is None else f"the file {found.href!r}"
            self.rows.note(entry.line, entry.title, f"names {what}, which is missing; left out")
        return None

    def _use(self, point: str, entry: Entry, part: Part) -> None:
        again = part.identifier in self._used
        self._used |= {part.identifier, entry.ref}
        if not part.type.startswith(QUESTIONS):
            self._resource(point, entry.title, part, entry.line)
        elif again:
            self.rows.note(entry.line, entry.title, "is used before; its questions belong to the first module with it")
        else:
            self._questions(point, part, entry.title)

    def _resource(self, point: str, title: str, part: Part, line: int) -> None:
        values = self.rows.described.get(part.identifier) or describe(part, self._package, self._folder)
        if values is not None:
            own = title or part.title or values.get("title") or PurePosixPath(part.href).stem
            self.rows.resource(point, part, {**values, "title": own}, line)

    def _questions(self, point: str | None, part: Part, title: str) -> list[str]:
        """Items of a point, or of a point of their own where they stand in no module."""
        return self.rows.questions(point, part, asked(part, self._package, self._folder), title)


def _teaches(part: Part) -> bool:
    """Whether a resource that stands in no module is one to learn with rather than a file that others use."""
    if part.type == "webcontent":
        return not part.variant and part.member is not None and part.member.lower().endswith(PAGES)
    return not part.type.startswith(SUPPORT) and part.member is not None
