"""Read questions in QTI 1.2, 2.0 to 2.2 or 3.0 as a course of points and items.

The path is one XML file, a zip, or the folder it unpacks to. Of a package the questions that its manifest names are
read, else those of every XML file. The point that a question assesses is:

1. each subject in the metadata that the manifest has for it (the last taxon of each LOM taxonomy), and each curriculum
   standard;
2. else the category in its own metadata (`cc_question_category`, `qmd_topic`);
3. else the section of the test, or the assessment, that it stands in;
4. else one point that has the package's title, with a note.

Such a course has no resources and no prerequisites: import it to ask its questions, or export it as a folder and copy
its items.jsonl into another course, with that course's points. Importing replaces a whole course, so questions are not
read into an existing one. Which questions become items: see `graph.formats.ims.questions`.

A package that Lodestar wrote gives the texts of the items; the rest of the course comes from its companion (see
`graph.formats.ims.companion`), so that it is read back without loss.
"""

from pathlib import Path

from graph.courses.tables import CourseFolder
from graph.formats.ims.companion import PackageValues, merge_companion
from graph.formats.ims.manifest import Manifest, ManifestResource, read_manifest
from graph.formats.ims.packages import COMPANION_FILE, MANIFEST_FILE, ContentPackage, open_package
from graph.formats.ims.questions import QtiQuestion, find_sections, is_qti, parse_questions
from graph.formats.ims.rows import RowCollector


def read(path: Path) -> CourseFolder:
    """Read the questions of a file, a zip or a folder; report oddities as notes."""
    folder = CourseFolder()
    package = open_package(path, folder)
    if package is not None and package.is_from_lodestar:
        read_own_package(package, folder)
    elif package is not None:
        QuestionReader(package, folder, path.name.partition(".")[0]).read()
    return folder


class QuestionReader:
    """Read the documents of a package and collect rows."""

    def __init__(self, package: ContentPackage, folder: CourseFolder, stem: str) -> None:
        self._package = package
        self._folder = folder
        found = read_manifest(package, folder) if MANIFEST_FILE in package.names else None
        self._manifest = found or Manifest()
        self._rows = RowCollector(package, folder, self._manifest.title or stem)
        self._rows.settings["language"] = self._manifest.language
        self._sections: dict[str, str] = {}
        self._count = self._unnamed = 0

    def read(self) -> None:
        """Fill the folder."""
        parts = [part for part in self._manifest.parts.values() if part.type.startswith("imsqti")]
        by_name = {part.member: part for part in parts if part.member is not None}
        for part in parts:
            if part.member is None:
                self._rows.add_note(
                    part.line, part.identifier, f"names the file {part.href!r}, which is missing; left out"
                )
        others = (name for name in self._package.names - {MANIFEST_FILE} if name.lower().endswith((".xml", ".qti")))
        found = {name: self._document(name) for name in list(by_name) or sorted(others)}
        for name, asked in found.items():
            for question in asked:
                self._question(question, name, by_name.get(name))
        self._conclude()

    def _document(self, name: str) -> list[QtiQuestion]:
        """Return the questions of a file; a test only says what stands in which of its sections."""
        root = self._package.read_xml(name, self._folder)
        if root is None:
            return []
        for href, title in find_sections(root):
            member = self._package.resolve(href, name.rpartition("/")[0])
            if member is not None:
                self._sections[member] = title
        return list(parse_questions(root)) if is_qti(root) else []

    def _question(self, question: QtiQuestion, name: str, part: ManifestResource | None) -> None:
        self._count += 1
        subjects = part.subjects if part is not None else ()
        named = part.standards if part is not None else ()
        standards = [(guid, label) for item, guid, label in named if item in ("", question.ident)]
        line = part.line if part is not None else 0
        points = []
        if question.choice is not None:
            about = subjects or (question.category or self._sections.get(name, "") or question.group,)
            points = [self._rows.add_subject(one, line) for one in about if one]
            points += self._rows.add_standards([*standards, *question.standards], line)
            if not points:
                self._unnamed += 1
                points = [self._rows.add_subject(self._rows.title, line)]
        self._rows.add_item(points, question, name)

    def _conclude(self) -> None:
        if self._unnamed:
            message = f"{self._unnamed} question(s) do not say what they ask about; they assess this point"
            self._rows.add_note(0, self._rows.title, message)
        if not self._rows.has_points:
            what = "no question that can become an item" if self._count else "no question in QTI 1.2, 2.x or 3.0"
            hint = "export questions with one right choice among several as QTI"
            self._folder.add_problem(self._package.location(""), f"holds {what}; {hint}")
        self._folder.header, self._folder.tables = self._rows.to_tables()


def read_own_package(package: ContentPackage, folder: CourseFolder) -> None:
    """Fill `folder` from the companion and the questions beside it."""
    content = package.read_bytes(COMPANION_FILE, folder)
    if content is not None:
        merge_companion(content, values_of_package(package, folder), folder)


def values_of_members(members: dict[str, bytes]) -> PackageValues:
    """Return the columns that the members of a package hold, before the companion is written."""
    return values_of_package(ContentPackage("", "", frozenset(members), members.__getitem__), CourseFolder())


def values_of_package(package: ContentPackage, folder: CourseFolder) -> PackageValues:
    """Return the texts of all questions."""
    roots = [package.read_xml(name, folder) for name in sorted(package.names) if name.endswith(".xml")]
    found = [one for root in roots if root is not None and is_qti(root) for one in parse_questions(root)]
    return {("items", one.ident): one.choice.columns() for one in found if one.choice is not None}
