"""Reads Junyi Academy's exercise table (junyi_Exercise_table.csv, published with "Modeling Exercise Relationships in
E-Learning", Chang, Hsu and Chen, EDM 2015) as a course folder.

Every row is an exercise: a point, and a resource that teaches it. Decisions that the source does not make for us:

- The point has the pretty display name, the resource the short one; where the pretty one is empty, both have the short.
- An exercise takes ten times `seconds_per_fast_problem`, at least a minute: a learner solves about ten in a row.
- What is not `live` is retired: its point stays, without anything to study.
- The area is the domain; N/A is no area. A prerequisite that a row repeats counts once.

The table as published has a cycle, exercises before themselves, ids that stand twice or hold blanks, and names damaged
by a spreadsheet. Import refuses it and says so; damaged names are notes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.course import Place, Problem
from graph.course_files import Folder, Row, Sheet, read_sheet
from graph.lint.texts import broken

FILE = "junyi_Exercise_table.csv"
_COURSE = {"id": "junyi", "title": "Mathematics (Junyi Academy)", "language": "zh-Hant"}
_COLUMNS = ("name", "live", "prerequisites", "seconds_per_fast_problem", "pretty_display_name", "short_display_name")
_NAMES = ("pretty_display_name", "short_display_name")
_PROBLEMS = 10


def read(path: Path) -> Folder:
    """The table, or the folder that holds it, in the form that `course_fields.parse` takes."""
    file = path / FILE if path.is_dir() else path
    at = Place(file.name, 1)
    folder = Folder(header=Row(at, dict(_COURSE)))
    table = read_sheet(file, "points", "csv", folder)
    missing = [name for name in _COLUMNS if table.columns is not None and name not in table.columns]
    if missing:
        folder.say(at, f"is not Junyi's exercise table: it lacks {', '.join(missing)}; give {FILE}")
    elif table.columns is not None:
        folder.notes.extend(_damaged(table.rows))
        folder.sheets = [Sheet(file.name, name, None, rows, table.whole) for name, rows in _tables(table.rows).items()]
    return folder


def _tables(rows: list[Row]) -> dict[str, list[Row]]:
    return {
        "points": [Row(row.at, _point(row.values)) for row in rows],
        "prerequisites": [Row(row.at, values) for row in rows for values in _prerequisites(row.values)],
        "resources": [Row(row.at, _resource(row.values)) for row in rows],
        "teaches": [Row(row.at, _teaches(row.values)) for row in rows],
    }


def _point(row: dict[str, Any]) -> dict[str, Any]:
    name = row["pretty_display_name"].strip() or row["short_display_name"]
    return {"id": _id(row["name"]), "name": name, "domain": row.get("area", "").replace("N/A", "")}


def _prerequisites(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for before in dict.fromkeys(row["prerequisites"].split(",")):
        if before:
            yield {"from": _id(before), "to": _id(row["name"])}


def _resource(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _id(f"r/{row['name']}"),
        "title": row["short_display_name"].strip() or row["pretty_display_name"],
        "kind": "practice",
        "modality": "interactive",
        "minutes": _minutes(row["seconds_per_fast_problem"]),
        "language": _COURSE["language"],
        "status": "active" if row["live"].upper() == "TRUE" else "retired",
    }


def _teaches(row: dict[str, Any]) -> dict[str, Any]:
    return {"resource": _id(f"r/{row['name']}"), "point": _id(row["name"]), "role": "primary"}


def _minutes(seconds: str) -> Any:
    """Whole minutes; what is no number is left for the check of values to tell."""
    try:
        return max(1, round(_PROBLEMS * float(seconds) / 60))
    except ValueError:
        return seconds


def _id(name: str) -> str:
    return f"junyi/{name}"


def _damaged(rows: list[Row]) -> Iterator[Problem]:
    for at, values in rows:
        for column in _NAMES:
            if broken(values[column]):
                yield Problem(at, values["name"], f"{column} is damaged: {values[column]!r}; type it anew")
