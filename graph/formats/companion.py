"""lodestar.jsonl: the file inside a package that Lodestar wrote, with all of the course that the standard cannot hold.

Its first line is the course, every other a row of a table, with the columns of that table in JSONL. `part` is the
identifier of what holds the row's other columns in the package: an item of the organization for a point, a resource, a
question. Where both say something this file is right; what another program changed in the package counts as long as
this file does not say it.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from graph import reading
from graph.course import Course, Place, Problem
from graph.course_files import TABLES, Folder, Row, Sheet
from graph.course_folder import row
from graph.formats.packages import COMPANION
from graph.reading import Unreadable

VERSION = 1

Parts = Mapping[tuple[str, str], str]
"""The identifier in the package of a table's row, by table and id."""

Given = Mapping[tuple[str, str], dict[str, Any]]
"""The columns that the package itself holds, by table and identifier; the course's own by ("course", "")."""


def lines(course: Course, parts: Parts, given: Given) -> bytes:
    """The file: of every row the columns that the package does not give."""
    header = _difference({"title": course.title, **course.settings}, given.get(("course", ""), {}))
    rows: list[dict[str, Any]] = [{"table": "course", "version": VERSION, "id": course.id, "settings": header}]
    for table in TABLES:
        for record in getattr(course, table):
            part = parts.get((table, record.id), "")
            held = given.get((table, part))
            known = {"table": table} if held is None else {"table": table, "part": part}
            rows.append({**known, **_difference(row(table, record), held or {})})
    return b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in rows)


def join(content: bytes, given: Given, folder: Folder) -> None:
    """Fill `folder` with the rows of the file and what the package gives for them."""
    tables: dict[str, list[Row]] = {table: [] for table in TABLES}
    left = set(given) - {("course", "")}
    for number, line in enumerate(content.split(b"\n"), 1):
        at = Place(COMPANION, number)
        try:
            if line:
                values = _object(line)
                left.discard((values["table"], values["part"]))
                _join_row(at, values, given, folder, tables)
        except Unreadable as error:
            folder.say(at, str(error))
    if folder.header is None:
        folder.say(Place(COMPANION, 1), "lacks the row of the course; export the course once more")
    folder.sheets = [Sheet(COMPANION, table, None, rows) for table, rows in tables.items()]
    for table, part in sorted(left):
        message = f"is no row of {COMPANION}; left out (delete that file, and all of the package is read anew)"
        folder.notes.append(Problem(Place(COMPANION, 0), part, f"{message}, in {table}"))


def _difference(values: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The values that are not held; null where something is held and the values have nothing."""
    own = {key: value for key, value in values.items() if held.get(key) != _comparable(value)}
    return {**own, **{key: None for key, value in held.items() if value is not None and key not in values}}


def _comparable(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _object(line: bytes) -> dict[str, Any]:
    values = reading.json(line)
    if not isinstance(values, dict):
        raise Unreadable(0, "is not an object; write one object a line")
    values.setdefault("part", "")
    if values.get("table") not in ("course", *TABLES) or not isinstance(values["part"], str):
        raise Unreadable(0, f"names no table or no part; `table` must be one of course, {', '.join(TABLES)}")
    return values


def _join_row(at: Place, values: dict[str, Any], given: Given, folder: Folder, tables: dict[str, list[Row]]) -> None:
    table, part = values.pop("table"), values.pop("part")
    if table == "course":
        folder.header = Row(at, _header(values, given))
    elif part and (table, part) not in given:
        folder.notes.append(
            Problem(at, str(values.get("id", "")), f"its {part!r} is no longer in the package; left out")
        )
    else:
        tables[table].append(Row(at, {**given.get((table, part), {}), **values}))


def _header(values: dict[str, Any], given: Given) -> dict[str, Any]:
    settings = values.get("settings")
    if values.get("version") != VERSION or not isinstance(settings, dict):
        raise Unreadable(0, f"is not of version {VERSION}; export the course with this version of Lodestar")
    return {**given.get(("course", ""), {}), "id": values.get("id"), **settings}
