"""Read Junyi Academy's exercise table as a course folder.

The table is junyi_Exercise_table.csv, published with "Modeling Exercise Relationships in E-Learning", Chang, Hsu and
Chen, EDM 2015.

Every row is an exercise: a point, and a resource that teaches it. Decisions that the source does not make:

- The point has the pretty display name, the resource the short one; where the pretty one is empty, both have the short.
- An exercise takes ten times `seconds_per_fast_problem`, at least a minute: a learner solves about ten in a row.
- What is not `live` is retired: its point stays, without anything to study.
- The area is the domain; N/A is no area. A prerequisite that a row repeats counts once.

The table as published has a cycle, exercises before themselves, ids that stand twice or hold blanks, and names damaged
by a spreadsheet. Import refuses it with these problems; damaged names are notes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.courses.records import CourseProblem, FileLocation
from graph.courses.tables import CourseFolder, RawRow, RawTable, read_table
from graph.lint.checks import is_broken

TABLE_FILE = "junyi_Exercise_table.csv"
_COURSE = {"id": "junyi", "title": "Mathematics (Junyi Academy)", "language": "zh-Hant"}
_COLUMNS = ("name", "live", "prerequisites", "seconds_per_fast_problem", "pretty_display_name", "short_display_name")
_NAMES = ("pretty_display_name", "short_display_name")
_PROBLEMS_PER_EXERCISE = 10


def read(path: Path) -> CourseFolder:
    """Read the exercise table, or the folder that holds it."""
    file = path / TABLE_FILE if path.is_dir() else path
    at = FileLocation(file.name, 1)
    folder = CourseFolder(header=RawRow(at, dict(_COURSE)))
    table = read_table(file, "points", "csv", folder)
    missing = [name for name in _COLUMNS if table.columns is not None and name not in table.columns]
    if missing:
        folder.add_problem(at, f"is not Junyi's exercise table: it lacks {', '.join(missing)}; give {TABLE_FILE}")
    elif table.columns is not None:
        folder.notes.extend(_find_damaged_names(table.rows))
        folder.tables = [
            RawTable(file.name, name, None, rows, table.is_complete) for name, rows in _make_tables(table.rows).items()
        ]
    return folder


def _make_tables(rows: list[RawRow]) -> dict[str, list[RawRow]]:
    return {
        "points": [RawRow(row.at, _point_row(row.values)) for row in rows],
        "prerequisites": [RawRow(row.at, values) for row in rows for values in _prerequisite_rows(row.values)],
        "resources": [RawRow(row.at, _resource_row(row.values)) for row in rows],
        "teaches": [RawRow(row.at, _teaches_row(row.values)) for row in rows],
    }


def _point_row(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["pretty_display_name"].strip() or row["short_display_name"]
    return {"id": _make_id(row["name"]), "name": name, "domain": row.get("area", "").replace("N/A", "")}


def _prerequisite_rows(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for before in dict.fromkeys(row["prerequisites"].split(",")):
        if before:
            yield {"from": _make_id(before), "to": _make_id(row["name"])}


def _resource_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _make_id(f"r/{row['name']}"),
        "title": row["short_display_name"].strip() or row["pretty_display_name"],
        "kind": "practice",
        "modality": "interactive",
        "minutes": _to_minutes(row["seconds_per_fast_problem"]),
        "language": _COURSE["language"],
        "status": "active" if row["live"].upper() == "TRUE" else "retired",
    }


def _teaches_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"resource": _make_id(f"r/{row['name']}"), "point": _make_id(row["name"]), "role": "primary"}


def _to_minutes(seconds: str) -> Any:
    """Return whole minutes; what is no number is left for the check of values to tell."""
    try:
        return max(1, round(_PROBLEMS_PER_EXERCISE * float(seconds) / 60))
    except ValueError:
        return seconds


def _make_id(name: str) -> str:
    return f"junyi/{name}"


def _find_damaged_names(rows: list[RawRow]) -> Iterator[CourseProblem]:
    for at, values in rows:
        for column in _NAMES:
            if is_broken(values[column]):
                yield CourseProblem(at, str(values["name"]), f"{column} is damaged: {values[column]!r}; type it anew")
