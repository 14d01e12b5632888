"""Read the spreadsheet that teachers keep: one row a topic, and sheets of questions beside it.

The columns have headings such as Topic, Unit, Prerequisites, Link, Minutes. A sheet of questions is one with a heading
Question (`graph.formats.xlsx.questions`).

Decisions that such a sheet does not make:

- Ids come from the file's name and the topic's; nothing else in the sheet changes them. A column Id takes precedence.
- Kind and modality of a link are those of the column Type, else guessed from its address; it takes the row's minutes.
- Where the topic's cell is merged over several rows, each of these rows adds its links to the topic.
- A link whose title is one word, as "Video" or "Worksheet 3", gets the topic in front of it.
- A table that such sheets have no column for (prerequisites, links, questions) and settings stay as they are in the
  graph (`CourseFolder.unstated`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graph.courses.records import CourseProblem, FileLocation
from graph.courses.tables import CourseFolder, RawRow, RawTable
from graph.formats.xlsx.cells import Worksheet
from graph.formats.xlsx.headings import SheetBelowHeadings, find_headings, normalize_text
from graph.formats.xlsx.questions import find_question_headings, is_question_sheet, parse_question

DEFAULT_MINUTES = 15
"""Minutes of a link without a duration."""

KIND_WORDS = {
    "lesson": ("lesson", "text"),
    "reading": ("reading", "text"),
    "article": ("reading", "text"),
    "book": ("reading", "text"),
    "text": ("reading", "text"),
    "website": ("reading", "text"),
    "video": ("video", "video"),
    "audio": ("lesson", "audio"),
    "podcast": ("lesson", "audio"),
    "practice": ("practice", "interactive"),
    "exercise": ("practice", "interactive"),
    "exercises": ("practice", "interactive"),
    "worksheet": ("practice", "text"),
    "game": ("practice", "interactive"),
    "quiz": ("test", "interactive"),
    "test": ("test", "interactive"),
    "exam": ("test", "interactive"),
}
"""What the column Type may say, and the kind and modality that it means."""

_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\n|;(?=\s|$)|,(?=\s*https?://)")
_VIDEO_SITES = ("youtube.com", "youtu.be", "vimeo.com")
_MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|min|mins|minute|minutes|h|hour|hours)?\.?", re.IGNORECASE)
_EMPTY_WORDS = {"", "-", "–", "—", "none", "n/a", "no", "nothing"}
_MAX_SLUG_LENGTH = 60
_ONE_WORD = re.compile(r"[^\W\d_]+(?:[\s#.-]*\d+)?")
_MAX_SUGGESTIONS = 20
"""Looking for neighbours is slow, so only the first unknown names get them."""

HEADINGS = {
    "topic": ("topic", "name", "title", "knowledge point", "skill", "concept", "objective", "learning objective"),
    "id": ("id", "code", "key"),
    "description": ("description", "details", "notes", "summary", "about"),
    "level": ("level", "grade", "year", "cefr"),
    "domain": ("unit", "domain", "module", "chapter", "area", "strand", "section", "theme"),
    "before": ("prerequisites", "prerequisite", "prereqs", "prereq", "requires", "builds on", "depends on"),
    "links": ("links", "link", "resources", "resource", "url", "urls", "material", "materials", "website"),
    "minutes": ("minutes", "minute", "min", "mins", "duration", "time", "length"),
    "type": ("type", "kind", "format"),
}
"""What a column is for, and how its heading may be written."""


def make_topic_slug(name: str) -> str:
    """Return a readable id: letters and digits joined by hyphens, with a checksum where these are not enough."""
    short = "-".join(re.findall(r"[^\W_]+", normalize_text(name).casefold()))
    symbols = any(unicodedata.category(sign)[0] == "S" or sign in "#%&*@" for sign in name)
    if symbols or not short or len(short) > _MAX_SLUG_LENGTH:
        return f"{short[:_MAX_SLUG_LENGTH]}-{sha256(normalize_text(name).encode()).hexdigest()[:6]}".lstrip("-")
    return short


class TopicIds:
    """The ids of topics by name, without regard to case."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._left = _MAX_SUGGESTIONS

    def add(self, name: str, id: str) -> None:
        """Let `name` stand for `id`, unless it stands for another already."""
        self._ids.setdefault(normalize_text(name).casefold(), id)

    def find_id(self, name: str) -> str:
        """Return the id of a topic's name. Raises `ValueError` with advice."""
        folded = normalize_text(name).casefold()
        if folded in self._ids:
            return self._ids[folded]
        self._left -= 1
        close = get_close_matches(folded, self._ids, n=1, cutoff=0.7) if self._left >= 0 else []
        hint = f"did you mean {close[0]!r}?" if close else "write it as in its own row, or add a row for it"
        raise ValueError(f"there is no topic {name[:80]!r}; {hint}")

    def split_names(self, cell: str) -> Iterator[str]:
        """Yield the names in a cell, split at line breaks, semicolons or commas; a known name may hold commas."""
        for part in re.split(r"[\n;]", cell):
            words = [word.strip() for word in part.split(",")]
            while words:
                name = next(
                    (joined for joined in _shorter_names(words) if normalize_text(joined).casefold() in self._ids),
                    words[0],
                )
                words = words[name.count(",") + 1 :]
                if name.casefold() not in _EMPTY_WORDS:
                    yield name


def _shorter_names(words: list[str]) -> Iterator[str]:
    """Yield the joined words, at most ten of them, then ever fewer."""
    return (", ".join(words[:size]) for size in range(min(len(words), 10), 0, -1))


def parse_links(cell: str, type: str, targets: list[str], topic: str) -> Iterator[dict[str, Any]]:
    """Yield title, address, kind and modality of each part of a cell, once each, and the `key` that it is known by.

    `targets` are addresses behind the cell's text. Raises `ValueError` for a type that is not known.
    """
    named = type.casefold().strip()
    if named and named not in KIND_WORDS:
        raise ValueError(f"the type {type[:40]!r} is not known; write one of {', '.join(KIND_WORDS)}")
    seen = set()
    for title, url in _split_links(cell, targets):
        if (url or title) in seen:
            continue
        seen.add(url or title)
        kind, modality = KIND_WORDS[named] if named else _guess_kind(url)
        full = title if title and not _ONE_WORD.fullmatch(title) else f"{topic}: {title or _site_of(url)}"
        yield {"title": full, "url": url, "kind": kind, "modality": modality, "key": url or title}


def parse_minutes(cell: str) -> float:
    """Minutes, e.g. of "45", "45 min" or "1.5 h". Raises `ValueError`."""
    if not cell:
        return DEFAULT_MINUTES
    match = _MINUTES.fullmatch(cell)
    if not match:
        raise ValueError(f"minutes must be a number such as 45, or 1.5 h, not {cell[:40]!r}")
    number = float(match[1].replace(",", "."))
    return number * 60 if (match[2] or "").lower().startswith("h") else number


def _split_links(cell: str, targets: list[str]) -> Iterator[tuple[str, str]]:
    """Yield title and address; either may be empty."""
    for part in _SEPARATOR.split(cell):
        addresses = [address.rstrip(".,;)") for address in _URL.findall(part)]
        title = _URL.sub(" ", part).strip(" \t:–-()•")
        if addresses:
            yield from ((title if len(addresses) == 1 else "", address) for address in addresses)
        elif title:
            yield title, next(iter(targets), "")


def _site_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") or url


def _guess_kind(url: str) -> tuple[str, str]:
    return ("video", "video") if _site_of(url).endswith(_VIDEO_SITES) else ("reading", "text")


@dataclass
class _Topic:
    id: str
    name: str
    at: FileLocation
    values: dict[str, str]
    resources: list[RawRow] = field(default_factory=list)


def read_topics(path: Path, found: list[Worksheet], folder: CourseFolder) -> None:
    """Add the tables that the sheets `found` of the workbook at `path` hold to `folder`."""
    title = normalize_text(path.stem) or "course"
    given = folder.header or RawRow(FileLocation(path.name, 0), {})
    folder.header = RawRow(given.at, {"id": make_topic_slug(title), "title": title, **given.values})
    if not given.values:
        folder.unstated.add("settings")
    reader = _TopicReader(path.name, str(folder.header.values["id"]), folder)
    for grid in found:
        if not is_question_sheet(grid):
            reader.read(grid)
    reader.finish()
    questions = [grid for grid in found if is_question_sheet(grid)]
    for grid in questions if reader.has_topics else ():
        reader.read_questions(grid)
    if not questions:
        folder.unstated.add("items")


class _TopicReader:
    """Collect topics; add faults to the folder's problems."""

    def __init__(self, file: str, course: str, folder: CourseFolder) -> None:
        self._file = file
        self._course = course
        self._folder = folder
        self._topics: dict[str, _Topic] = {}
        self._is_complete = True
        self._lacks_minutes = False
        self._meanings: set[str] = set()
        self._refused: set[FileLocation] = set()

    @property
    def has_topics(self) -> bool:
        """Whether any topic was read."""
        return bool(self._topics)

    def read(self, grid: Worksheet) -> None:
        """Take the topics of one sheet."""
        file = self._name_sheet(grid)
        try:
            sheet = find_headings(grid, HEADINGS, ("topic",))
        except ValueError as error:
            self._refuse(FileLocation(file, min(grid.rows)), "", error)
            return
        if sheet is None:
            return
        self._is_complete = self._is_complete and not grid.faults
        self._meanings.update(sheet.meanings.values())
        self._note_unread(file, sheet)
        topic: _Topic | None = None
        for row, cells in sheet.rows:
            values = sheet.values(cells)
            try:
                if not _is_continued(grid, sheet, row):
                    topic = None
                    topic = self._topic(FileLocation(file, row), values)
                if topic is not None:
                    topic.resources += self._resources(
                        topic, FileLocation(file, row), values, _link_targets(grid, sheet, row)
                    )
            except ValueError as error:
                self._refuse(FileLocation(file, row), values["topic"], error)

    def read_questions(self, grid: Worksheet) -> None:
        """Take the questions of one sheet, when the topics of all sheets are known."""
        file = self._name_sheet(grid)
        rows: dict[str, RawRow] = {}
        known = len(self._folder.problems)
        try:
            sheet = find_question_headings(grid)
        except ValueError as error:
            self._refuse(FileLocation(file, min(grid.rows)), "", error)
            return
        if sheet is None:
            return
        self._note_unread(file, sheet)
        names = self._topic_ids()
        for row, cells in sheet.rows:
            values, at = sheet.values(cells), FileLocation(file, row)
            try:
                points = [names.find_id(name) for name in names.split_names(values["topic"])]
                if not points:
                    raise ValueError("has no topic; write the name or the id of one")
                item = parse_question(at, self._course, values, points)
                id = str(item.values["id"])
                if id in rows:
                    raise ValueError(f"is the question at {rows[id].at} again; keep one")
                rows[id] = item
            except ValueError as error:
                self._refuse(at, values["question"][:60], error)
        is_complete = not grid.faults and len(self._folder.problems) == known
        self._folder.tables.append(RawTable(file, "items", None, list(rows.values()), is_complete))

    def _name_sheet(self, grid: Worksheet) -> str:
        return f"{self._file}, sheet {grid.name}" if grid.name else self._file

    def _note_unread(self, file: str, sheet: SheetBelowHeadings) -> None:
        at = FileLocation(file, sheet.row)
        self._folder.notes += [CourseProblem(at, "", f"the column {name!r} is not read") for name in sheet.unread]

    def finish(self) -> None:
        """Put the topics into tables, and say what the sheets leave open."""
        topics = list(self._topics.values())
        resources = [row for topic in topics for row in topic.resources]
        tables = {
            "points": [RawRow(topic.at, _point_row(topic)) for topic in topics],
            "prerequisites": list(self._prerequisites()),
            "resources": resources,
            "teaches": [
                RawRow(row.at, {"resource": row.values["id"], "point": topic.id, "role": "primary"})
                for topic in topics
                for row in topic.resources
            ],
        }
        self._folder.tables += [
            RawTable(self._file, table, None, rows, self._is_complete) for table, rows in tables.items()
        ]
        if not topics and not self._folder.problems:
            self._folder.add_problem(
                FileLocation(self._file, 0),
                "holds no topics; write a row for each below Topic, Link and so on; "
                "questions are in a sheet of their own beside them, with a column Question",
            )
        if "before" not in self._meanings:
            self._folder.unstated.add("prerequisites")
        if "links" not in self._meanings:
            self._folder.unstated.update(("resources", "teaches"))
        bare = [topic.name for topic in topics if not topic.resources and topic.at not in self._refused]
        if bare:
            self._note(f"{len(bare)} topics have no link, so nothing can be recommended for them, e.g. {bare[0]!r}")
        if self._lacks_minutes:
            self._note(f"a link without minutes counts as {DEFAULT_MINUTES} minutes")

    def _topic(self, at: FileLocation, values: dict[str, str]) -> _Topic:
        name = normalize_text(values["topic"])
        if not name:
            raise ValueError("has no topic; write it, or merge its cell with the one above")
        own = values.get("id", "")
        id = own if "/" in own else f"{self._course}/{own or make_topic_slug(name)}"
        if id in self._topics:
            other = self._topics[id]
            raise ValueError(f"reads like {other.name!r} at {other.at}; keep one, or give each an id in a column Id")
        self._topics[id] = _Topic(id, name, at, values)
        return self._topics[id]

    def _resources(
        self, topic: _Topic, at: FileLocation, values: dict[str, str], targets: list[str]
    ) -> Iterator[RawRow]:
        minutes = parse_minutes(values.get("minutes", ""))
        for link in parse_links(values.get("links", ""), values.get("type", ""), targets, topic.name):
            self._lacks_minutes = self._lacks_minutes or not values.get("minutes")
            key = sha256(link.pop("key").encode()).hexdigest()[:8]
            id = f"{self._course}/r/{topic.id.removeprefix(f'{self._course}/')}-{key}"
            if id not in (row.values["id"] for row in topic.resources):
                yield RawRow(at, {"id": id, "minutes": minutes, "level": values.get("level"), **link})

    def _topic_ids(self) -> TopicIds:
        names = TopicIds()
        for topic in self._topics.values():
            for name in (topic.id, topic.name, topic.id.removeprefix(f"{self._course}/")):
                names.add(name, topic.id)
        return names

    def _prerequisites(self) -> Iterator[RawRow]:
        names = self._topic_ids()
        for topic in self._topics.values():
            befores: dict[str, None] = {}
            for name in names.split_names(topic.values.get("before", "")):
                try:
                    befores[names.find_id(name)] = None
                except ValueError as error:
                    self._refuse(topic.at, topic.name, error)
            yield from (RawRow(topic.at, {"from": before, "to": topic.id}) for before in befores)

    def _refuse(self, at: FileLocation, name: str, error: ValueError) -> None:
        self._is_complete = False
        self._refused.add(at)
        self._folder.problems.append(CourseProblem(at, name, str(error)))

    def _note(self, message: str) -> None:
        self._folder.notes.append(CourseProblem(FileLocation(self._file, 0), "", message))


def _is_continued(grid: Worksheet, sheet: SheetBelowHeadings, row: int) -> bool:
    """Return whether the topic's cell is merged with the one above."""
    return any(meaning == "topic" and (row, column) in grid.merged for column, meaning in sheet.meanings.items())


def _link_targets(grid: Worksheet, sheet: SheetBelowHeadings, row: int) -> list[str]:
    """Return addresses behind the cells of links in a row."""
    columns = [column for column, meaning in sheet.meanings.items() if meaning == "links"]
    return [grid.links[row, column] for column in columns if (row, column) in grid.links]


def _point_row(topic: _Topic) -> dict[str, Any]:
    kept = {key: topic.values.get(key) for key in ("description", "level", "domain")}
    return {"id": topic.id, "name": topic.name, **kept}
