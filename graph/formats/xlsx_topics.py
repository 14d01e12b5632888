"""The spreadsheet that teachers keep: a row a topic, below headings such as Topic, Unit, Prerequisites, Link, Minutes.

Decisions that such a sheet does not make for us:

- Ids come from the file's name and the topic's; what else stands in the sheet does not change them. A column Id wins.
- A link is read, watched or done as the column Type says, else as its address lets expect; it takes the row's minutes.
- Where the topic's cell is merged over several rows, each of these rows adds its links to the topic.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from graph.course import Place, Problem
from graph.course_files import Folder, Row, Sheet
from graph.formats.xlsx_cells import Grid, shown
from graph.formats.xlsx_headings import Headed, headed
from graph.formats.xlsx_row import USUAL_MINUTES, Names, links, minutes_of, normal, slug


@dataclass
class _Topic:
    id: str
    name: str
    at: Place
    values: dict[str, str]
    resources: list[Row] = field(default_factory=list)


def read(path: Path, found: list[Grid], folder: Folder) -> None:
    """Add the tables that the sheets `found` of the workbook at `path` hold to `folder`."""
    title = normal(path.stem) or "course"
    given = folder.header or Row(Place(path.name, 0), {})
    folder.header = Row(given.at, {"id": slug(title), "title": title, **given.values})
    reader = _Reader(path.name, str(folder.header.values["id"]), folder)
    for grid in found:
        reader.read(grid)
    reader.finish()


class _Reader:
    """Collects topics; what is wrong goes to the folder's problems."""

    def __init__(self, file: str, course: str, folder: Folder) -> None:
        self._file = file
        self._course = course
        self._folder = folder
        self._topics: dict[str, _Topic] = {}
        self._whole = True

    def read(self, grid: Grid) -> None:
        """Take the topics of one sheet."""
        file = f"{self._file}, sheet {grid.name}"
        try:
            sheet = headed(grid)
        except ValueError as error:
            self._refuse(Place(file, min(grid.rows)), "", error)
            return
        if sheet is None:
            return
        self._whole = self._whole and not grid.faults
        at = Place(file, sheet.row)
        self._folder.notes += [Problem(at, "", f"the column {name!r} is not read") for name in sheet.unread]
        topic: _Topic | None = None
        for row, cells in sheet.rows:
            values = {meaning: shown(cells.get(column, "")).strip() for column, meaning in sheet.meanings.items()}
            try:
                if not _continues(grid, sheet, row):
                    topic = None
                    topic = self._topic(Place(file, row), values)
                if topic is not None:
                    topic.resources += self._resources(topic, Place(file, row), values, _targets(grid, sheet, row))
            except ValueError as error:
                self._refuse(Place(file, row), values["topic"], error)

    def finish(self) -> None:
        """Put the topics into tables, and say what the sheets leave open."""
        topics = list(self._topics.values())
        resources = [row for topic in topics for row in topic.resources]
        tables = {
            "points": [Row(topic.at, _point(topic)) for topic in topics],
            "prerequisites": list(self._prerequisites()),
            "resources": resources,
            "teaches": [
                Row(row.at, {"resource": row.values["id"], "point": topic.id, "role": "primary"})
                for topic in topics
                for row in topic.resources
            ],
        }
        self._folder.sheets += [Sheet(self._file, table, None, rows, self._whole) for table, rows in tables.items()]
        if not topics and not self._folder.problems:
            self._folder.say(Place(self._file, 0), "holds no topics; write a row for each below Topic, Link and so on")
        bare = [topic.name for topic in topics if not topic.resources]
        if bare:
            self._note(f"{len(bare)} topics have no link, so nothing can be recommended for them, e.g. {bare[0]!r}")
        if any(row.values["minutes"] == USUAL_MINUTES for row in resources):
            self._note(f"a link without minutes counts as {USUAL_MINUTES} minutes")

    def _topic(self, at: Place, values: dict[str, str]) -> _Topic:
        name = normal(values["topic"])
        if not name:
            raise ValueError("has no topic; write it, or merge its cell with the one above")
        own = values.get("id", "")
        id = own if "/" in own else f"{self._course}/{own or slug(name)}"
        if id in self._topics:
            other = self._topics[id]
            raise ValueError(f"reads like {other.name!r} at {other.at}; keep one, or give each an id in a column Id")
        self._topics[id] = _Topic(id, name, at, values)
        return self._topics[id]

    def _resources(self, topic: _Topic, at: Place, values: dict[str, str], targets: list[str]) -> Iterator[Row]:
        minutes = minutes_of(values.get("minutes", ""))
        for link in links(values.get("links", ""), values.get("type", ""), targets, topic.name):
            key = sha256((link["url"] or link["title"]).encode()).hexdigest()[:8]
            id = f"{self._course}/r/{topic.id.removeprefix(f'{self._course}/')}-{key}"
            if id not in (row.values["id"] for row in topic.resources):
                yield Row(at, {"id": id, "minutes": minutes, "level": values.get("level"), **link})

    def _prerequisites(self) -> Iterator[Row]:
        names = Names()
        for topic in self._topics.values():
            for name in (topic.id, topic.name, topic.id.removeprefix(f"{self._course}/")):
                names.add(name, topic.id)
        for topic in self._topics.values():
            befores: dict[str, None] = {}
            for name in names.parted(topic.values.get("before", "")):
                try:
                    befores[names.id(name)] = None
                except ValueError as error:
                    self._refuse(topic.at, topic.name, error)
            yield from (Row(topic.at, {"from": before, "to": topic.id}) for before in befores)

    def _refuse(self, at: Place, name: str, error: ValueError) -> None:
        self._whole = False
        self._folder.problems.append(Problem(at, name, str(error)))

    def _note(self, message: str) -> None:
        self._folder.notes.append(Problem(Place(self._file, 0), "", message))


def _continues(grid: Grid, sheet: Headed, row: int) -> bool:
    """Whether the topic's cell is merged with the one above."""
    return any(meaning == "topic" and (row, column) in grid.merged for column, meaning in sheet.meanings.items())


def _targets(grid: Grid, sheet: Headed, row: int) -> list[str]:
    """Addresses behind the cells of links in a row."""
    columns = [column for column, meaning in sheet.meanings.items() if meaning == "links"]
    return [grid.links[row, column] for column in columns if (row, column) in grid.links]


def _point(topic: _Topic) -> dict[str, Any]:
    kept = {key: topic.values.get(key) for key in ("description", "level", "domain")}
    return {"id": topic.id, "name": topic.name, **kept}
