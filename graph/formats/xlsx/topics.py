"""Read the spreadsheet that teachers keep: one row a topic.

The columns have headings such as Topic, Unit, Prerequisites, Link, Minutes.

Decisions that such a sheet does not make:

- Ids come from the file's name and the topic's; nothing else in the sheet changes them. A column Id takes precedence.
- Kind and modality of a link are those of the column Type, else guessed from its address; it takes the row's minutes.
- Where the topic's cell is merged over several rows, each of these rows adds its links to the topic.

The headings are looked for in the first 20 rows, as a title and a date may stand above them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from graph.courses.records import CourseProblem, FileLocation, Scalar
from graph.courses.tables import CourseFolder, RawRow, RawTable
from graph.formats.xlsx.cells import Worksheet, format_cell

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

_MEANING = {word: meaning for meaning, words in HEADINGS.items() for word in words}
_HEADING_ROWS = 20
"""Rows from the top among which the headings are; a title and a date may stand above."""


def make_topic_slug(name: str) -> str:
    """Return a readable id: letters and digits joined by hyphens, with a checksum where these are not enough."""
    short = "-".join(re.findall(r"[^\W_]+", normalize_text(name).casefold()))
    symbols = any(unicodedata.category(sign)[0] == "S" or sign in "#%&*@" for sign in name)
    if symbols or not short or len(short) > _MAX_SLUG_LENGTH:
        return f"{short[:_MAX_SLUG_LENGTH]}-{sha256(normalize_text(name).encode()).hexdigest()[:6]}".lstrip("-")
    return short


def normalize_text(name: str) -> str:
    """Return the text with composed accents (NFC) and single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


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
    """Yield title, address, kind and modality of each part of a cell, once each.

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
        yield {"title": title or f"{topic}: {_site_of(url)}", "url": url, "kind": kind, "modality": modality}


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


class TopicSheet(NamedTuple):
    """A sheet below its headings: their row, the columns' meanings, headings without one, the rows that follow."""

    row: int
    meanings: dict[int, str]
    unread: list[str]
    rows: list[tuple[int, dict[int, Scalar]]]


def find_headings(grid: Worksheet) -> TopicSheet | None:
    """Return the sheet, None where it is empty.

    Raises `ValueError` where the headings are missing or do not say enough.
    """
    rows = list(grid.filled_rows())
    for number, (row, cells) in enumerate(rows[:_HEADING_ROWS], 1):
        known = {
            column: _MEANING[_fold_heading(cell)] for column, cell in cells.items() if _fold_heading(cell) in _MEANING
        }
        if "topic" not in known.values():
            continue
        for meaning in HEADINGS:
            names = [format_cell(cells[column]) for column in known if known[column] == meaning]
            if len(names) > 1:
                raise ValueError(f"has more than one heading for the {meaning} ({', '.join(names)}); rename one")
        unread = [format_cell(cell) for column, cell in cells.items() if column not in known]
        return TopicSheet(row, known, unread, rows[number:])
    if not rows:
        return None
    words = "; ".join(f"{meaning}: {', '.join(words)}" for meaning, words in HEADINGS.items())
    found = ", ".join(format_cell(value)[:40] for value in list(rows[0][1].values())[:20])
    raise ValueError(f"has no heading for the topic; found {found}; headings that are known: {words}")


def _fold_heading(cell: Scalar) -> str:
    """Without what stands in brackets, and without signs: "Prerequisite(s)", "Minutes (min)"."""
    text = format_cell(cell).casefold().replace("(s)", "s")
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)))


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
    reader = _TopicReader(path.name, str(folder.header.values["id"]), folder)
    for grid in found:
        reader.read(grid)
    reader.finish()


class _TopicReader:
    """Collect topics; add faults to the folder's problems."""

    def __init__(self, file: str, course: str, folder: CourseFolder) -> None:
        self._file = file
        self._course = course
        self._folder = folder
        self._topics: dict[str, _Topic] = {}
        self._is_complete = True

    def read(self, grid: Worksheet) -> None:
        """Take the topics of one sheet."""
        file = f"{self._file}, sheet {grid.name}"
        try:
            sheet = find_headings(grid)
        except ValueError as error:
            self._refuse(FileLocation(file, min(grid.rows)), "", error)
            return
        if sheet is None:
            return
        self._is_complete = self._is_complete and not grid.faults
        at = FileLocation(file, sheet.row)
        self._folder.notes += [CourseProblem(at, "", f"the column {name!r} is not read") for name in sheet.unread]
        topic: _Topic | None = None
        for row, cells in sheet.rows:
            values = {meaning: format_cell(cells.get(column, "")).strip() for column, meaning in sheet.meanings.items()}
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
                FileLocation(self._file, 0), "holds no topics; write a row for each below Topic, Link and so on"
            )
        bare = [topic.name for topic in topics if not topic.resources]
        if bare:
            self._note(f"{len(bare)} topics have no link, so nothing can be recommended for them, e.g. {bare[0]!r}")
        if any(row.values["minutes"] == DEFAULT_MINUTES for row in resources):
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
            key = sha256((link["url"] or link["title"]).encode()).hexdigest()[:8]
            id = f"{self._course}/r/{topic.id.removeprefix(f'{self._course}/')}-{key}"
            if id not in (row.values["id"] for row in topic.resources):
                yield RawRow(at, {"id": id, "minutes": minutes, "level": values.get("level"), **link})

    def _prerequisites(self) -> Iterator[RawRow]:
        names = TopicIds()
        for topic in self._topics.values():
            for name in (topic.id, topic.name, topic.id.removeprefix(f"{self._course}/")):
                names.add(name, topic.id)
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
        self._folder.problems.append(CourseProblem(at, name, str(error)))

    def _note(self, message: str) -> None:
        self._folder.notes.append(CourseProblem(FileLocation(self._file, 0), "", message))


def _is_continued(grid: Worksheet, sheet: TopicSheet, row: int) -> bool:
    """Return whether the topic's cell is merged with the one above."""
    return any(meaning == "topic" and (row, column) in grid.merged for column, meaning in sheet.meanings.items())


def _link_targets(grid: Worksheet, sheet: TopicSheet, row: int) -> list[str]:
    """Return addresses behind the cells of links in a row."""
    columns = [column for column, meaning in sheet.meanings.items() if meaning == "links"]
    return [grid.links[row, column] for column in columns if (row, column) in grid.links]


def _point_row(topic: _Topic) -> dict[str, Any]:
    kept = {key: topic.values.get(key) for key in ("description", "level", "domain")}
    return {"id": topic.id, "name": topic.name, **kept}
