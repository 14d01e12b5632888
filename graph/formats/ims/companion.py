"""lodestar.jsonl: the file inside a package that Lodestar wrote, with all of the course that the standard cannot hold.

Its first line is the course, every other a row of a table, with the columns of that table in JSONL. `part` is the
identifier of what holds the row's other columns in the package: an item of the organization for a point, a resource, a
question. Where both hold a value this file counts; what another program changed in the package counts where this file
has no value.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from graph import readers
from graph.courses.folder import record_columns
from graph.courses.records import CourseProblem, CourseRecord, FileLocation
from graph.courses.tables import TABLES, CourseFolder, RawRow, RawTable
from graph.formats.ims.packages import COMPANION_FILE
from graph.readers import Unreadable

COMPANION_VERSION = 1

PartIds = Mapping[tuple[str, str], str]
"""The identifier in the package of a table's row, by table and id."""

PackageValues = Mapping[tuple[str, str], dict[str, Any]]
"""The columns that the package itself holds, by table and identifier; the course's own by ("course", "")."""


def render_companion(course: CourseRecord, parts: PartIds, given: PackageValues) -> bytes:
    """Return the file: of every row the columns that the package does not give."""
    header = _missing_values({"title": course.title, **course.settings}, given.get(("course", ""), {}))
    rows: list[dict[str, Any]] = [
        {"table": "course", "version": COMPANION_VERSION, "id": course.id, "settings": header}
    ]
    for table in TABLES:
        for record in getattr(course, table):
            part = parts.get((table, record.id), "")
            held = given.get((table, part))
            known = {"table": table} if held is None else {"table": table, "part": part}
            rows.append({**known, **_missing_values(record_columns(table, record), held or {})})
    return b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in rows)


def merge_companion(content: bytes, given: PackageValues, folder: CourseFolder) -> None:
    """Fill `folder` with the rows of the file and what the package gives for them."""
    tables: dict[str, list[RawRow]] = {table: [] for table in TABLES}
    left = set(given) - {("course", "")}
    for number, line in enumerate(content.split(b"\n"), 1):
        at = FileLocation(COMPANION_FILE, number)
        try:
            if line:
                values = _parse_line(line)
                left.discard((values["table"], values["part"]))
                _merge_row(at, values, given, folder, tables)
        except Unreadable as error:
            folder.add_problem(at, str(error))
    if folder.header is None:
        folder.add_problem(FileLocation(COMPANION_FILE, 1), "lacks the row of the course; export the course once more")
    folder.tables = [RawTable(COMPANION_FILE, table, None, rows) for table, rows in tables.items()]
    for table, part in sorted(left):
        message = f"is no row of {COMPANION_FILE}; left out (delete that file, and all of the package is read anew)"
        folder.notes.append(CourseProblem(FileLocation(COMPANION_FILE, 0), part, f"{message}, in {table}"))


def _missing_values(values: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are not held; null where something is held and the values have nothing."""
    own = {key: value for key, value in values.items() if held.get(key) != _to_json_value(value)}
    return {**own, **{key: None for key, value in held.items() if value is not None and key not in values}}


def _to_json_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _parse_line(line: bytes) -> dict[str, Any]:
    values = readers.parse_json(line)
    if not isinstance(values, dict):
        raise Unreadable(0, "is not an object; write one object a line")
    values.setdefault("part", "")
    if values.get("table") not in ("course", *TABLES) or not isinstance(values["part"], str):
        raise Unreadable(0, f"names no table or no part; `table` must be one of course, {', '.join(TABLES)}")
    return values


def _merge_row(
    at: FileLocation,
    values: dict[str, Any],
    given: PackageValues,
    folder: CourseFolder,
    tables: dict[str, list[RawRow]],
) -> None:
    table, part = values.pop("table"), values.pop("part")
    if table == "course":
        folder.header = RawRow(at, _merge_header(values, given))
    elif part and (table, part) not in given:
        folder.notes.append(
            CourseProblem(at, str(values.get("id", "")), f"its {part!r} is no longer in the package; left out")
        )
    else:
        tables[table].append(RawRow(at, {**given.get((table, part), {}), **values}))


def _merge_header(values: dict[str, Any], given: PackageValues) -> dict[str, Any]:
    settings = values.get("settings")
    if values.get("version") != COMPANION_VERSION or not isinstance(settings, dict):
        raise Unreadable(0, f"is not of version {COMPANION_VERSION}; export the course with this version of Lodestar")
    return {**given.get(("course", ""), {}), "id": values.get("id"), **settings}
