"""Collect the rows of a course out of a content package, with ids made from titles."""

from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from graph.courses.tables import TABLES, CourseFolder, RawRow, RawTable
from graph.formats.html import UniqueIds, make_slug
from graph.formats.ims.manifest import ManifestResource
from graph.formats.ims.packages import MANIFEST_FILE, ContentPackage
from graph.formats.ims.questions import QtiQuestion

_STANDARDS_DOMAIN = "Curriculum standards"


class RowCollector:
    """Collect the rows of every table, with the columns of a JSONL table.

    Attributes:
        settings: of course.json, besides id and title.
        described: the values of each resource that has a row, by its identifier in the package.
    """

    def __init__(self, package: ContentPackage, folder: CourseFolder, title: str) -> None:
        self.title = title
        self.settings: dict[str, Any] = {}
        self.described: dict[str, dict[str, Any]] = {}
        self._id = make_slug(title) or "course"
        self._package = package
        self._folder = folder
        self._source = MANIFEST_FILE if MANIFEST_FILE in package.names else ""
        self._names = UniqueIds()
        self._ids: dict[str, str] = {}
        self._taught: set[tuple[str, str]] = set()
        self._tables: dict[str, list[RawRow]] = {table: [] for table in TABLES}

    @property
    def has_points(self) -> bool:
        """Whether there is any point."""
        return bool(self._tables["points"])

    def add_note(self, line: int, id: str, message: str, file: str = "") -> None:
        """Add a note about a row of `file`, or else of the manifest."""
        self._package.add_note(self._folder, file or self._source, line, id, message)

    def add_point(self, name: str, domain: str | None, line: int, description: str | None = None) -> str:
        """Add a new point and return its id."""
        id = self._names.allocate(f"{self._id}/", name, "module")
        self._add("points", line, id=id, name=name or id, domain=domain, description=description)
        return id

    def add_subject(self, name: str, line: int) -> str:
        """Add the point of that name, unless it is there already, and return its id."""
        if name not in self._ids:
            self._ids[name] = self.add_point(name, None, line)
        return self._ids[name]

    def add_standards(self, standards: list[tuple[str, str]], line: int) -> list[str]:
        """Add the points of curriculum standards, (GUID, label) each, and return their ids."""
        found = []
        for guid, label in standards:
            if guid not in self._ids:
                description = f"Curriculum standard {guid}"
                self._ids[guid] = self.add_point(label or guid, _STANDARDS_DOMAIN, line, description)
            found.append(self._ids[guid])
        return found

    def propose_order(self, points: list[str]) -> None:
        """Make each point a proposed prerequisite of the next."""
        for before, after in pairwise(points):
            values = {"from": before, "to": after, "reason": "Comes before it in the course.", "confidence": 0.5}
            self._add("prerequisites", 0, **values, source="expert", status="proposed")

    def add_resource(self, point: str, part: ManifestResource, values: dict[str, Any], line: int) -> None:
        """Add a resource, unless it is there already, and its links to the point and to the standards it names."""
        if part.identifier not in self.described:
            self.described[part.identifier] = values
            id = self._names.allocate(f"{self._id}/r/", str(values["title"]), part.identifier)
            self._ids[f"resource {part.identifier}"] = id
            self._add("resources", line, id=id, **values)
        id = self._ids[f"resource {part.identifier}"]
        self._teach(id, point, "primary", line)
        meant = [(guid, label) for _, guid, label in part.standards]
        for standard in self.add_standards(meant, part.line):
            self._teach(id, standard, "supporting", part.line)

    def add_questions(
        self, point: str | None, part: ManifestResource, asked: list[QtiQuestion], title: str
    ) -> list[str]:
        """Add the items of an assessment; return the points made for them, none if `point` is given."""
        file = part.member or ""
        made: dict[str, None] = {}
        for question in asked:
            about = point
            if about is None and question.choice is not None:
                about = self.add_subject(title or question.group or PurePosixPath(file).stem, part.line)
                made[about] = None
            meant = [(guid, label) for item, guid, label in part.standards if item in ("", question.ident)]
            standards = self.add_standards([*meant, *question.standards], part.line) if question.choice else []
            self.add_item([about or "", *standards], question, file)
        return list(made)

    def add_item(self, points: list[str], question: QtiQuestion, file: str) -> None:
        """Add the item of a question, or a note why there is none."""
        asked = question.choice
        if asked is None:
            message = f"the question {question.refusal}; left out (one right choice among several is supported)"
            self.add_note(question.line, question.ident, message, file)
            return
        if asked.lossy:
            self.add_note(
                question.line, question.ident, "the question shows what plain text cannot hold; look at it", file
            )
        id = self._names.allocate(f"{self._id}/q/", question.ident, "question")
        row = {"id": id, **asked.columns(), "points": list(dict.fromkeys(points))}
        self._tables["items"].append(RawRow(self._package.location(file, question.line), row))

    def to_tables(self) -> tuple[RawRow, list[RawTable]]:
        """Return the row of course.json and the tables."""
        header = RawRow(self._package.location(self._source), {"id": self._id, "title": self.title, **self.settings})
        return header, [
            RawTable(self._source or self._package.file, table, None, rows) for table, rows in self._tables.items()
        ]

    def _teach(self, resource: str, point: str, role: str, line: int) -> None:
        if (resource, point) not in self._taught:
            self._taught.add((resource, point))
            self._add("teaches", line, resource=resource, point=point, role=role)

    def _add(self, table: str, line: int, **values: Any) -> None:
        self._tables[table].append(RawRow(self._package.location(self._source, line), values))
