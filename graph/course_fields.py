"""Raw rows become typed records; every value that cannot is a problem with file, line, id and what to write instead."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph.course import ROLE_IMPORTANCE, Course, Item, Place, Point, Prerequisite, Problem, Resource, Scalar, Teaches
from graph.course_files import TABLES, Folder, Row, Sheet
from graph.course_values import identifier, list_of, matching, number, one_of, text

KINDS = ("lesson", "practice", "reading", "video", "test")
MODALITIES = ("text", "audio", "video", "interactive")

_UNIT = number(0, 1)
_LOGITS = number(-6, 6)
_LANGUAGE = matching(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", "a language tag such as en or pt-BR")
_URL = matching(r"https?://\S+|[^\s:]+", "a web address or a relative path")
_STATUS = one_of("active", "retired")


class Field(NamedTuple):
    """A column, the record's attribute, how to read it, and whether a row must have it."""

    column: str
    attribute: str
    parse: Callable[[Any], Any]
    required: bool = False


class Table(NamedTuple):
    """A table: its record class, its columns in the order of export, and what fills in defaults from other cells."""

    record: Callable[..., Any]
    fields: tuple[Field, ...]
    complete: Callable[[dict[str, Any]], None] = lambda values: None


def _complete_teaches(values: dict[str, Any]) -> None:
    values.setdefault("importance", ROLE_IMPORTANCE[values["role"]])


def _complete_item(values: dict[str, Any]) -> None:
    values["points"] = tuple(sorted(values["points"]))
    values.setdefault("guessing", 1 / (1 + len(values["distractors"])))


SPECS = {
    "points": Table(
        Point,
        (
            Field("id", "id", identifier, True),
            Field("name", "name", text, True),
            Field("description", "description", text),
            Field("domain", "domain", text),
            Field("level", "level", text),
            Field("masteredAt", "mastered_at", _UNIT),
            Field("metAt", "met_at", _UNIT),
            Field("hours", "hours", number(0, 10_000, above=True)),
        ),
    ),
    "prerequisites": Table(
        Prerequisite,
        (
            Field("from", "before", identifier, True),
            Field("to", "after", identifier, True),
            Field("reason", "reason", text),
            Field("source", "source", one_of("expert", "mined")),
            Field("status", "status", one_of("accepted", "proposed", "rejected")),
            Field("confidence", "confidence", _UNIT),
            Field("support", "support", number(0, 1e12)),
            Field("lift", "lift", number(0, 1e12)),
            Field("pValue", "p_value", _UNIT),
        ),
    ),
    "resources": Table(
        Resource,
        (
            Field("id", "id", identifier, True),
            Field("title", "title", text, True),
            Field("kind", "kind", one_of(*KINDS), True),
            Field("modality", "modality", one_of(*MODALITIES), True),
            Field("level", "level", text),
            Field("difficulty", "difficulty", _LOGITS),
            Field("minutes", "minutes", number(0, 100_000, above=True), True),
            Field("url", "url", _URL),
            Field("language", "language", _LANGUAGE),
            Field("status", "status", _STATUS),
            Field("text", "text", text),
        ),
    ),
    "teaches": Table(
        Teaches,
        (
            Field("resource", "resource", identifier, True),
            Field("point", "point", identifier, True),
            Field("role", "role", one_of(*ROLE_IMPORTANCE), True),
            Field("importance", "importance", _UNIT),
        ),
        _complete_teaches,
    ),
    "items": Table(
        Item,
        (
            Field("id", "id", identifier, True),
            Field("prompt", "prompt", text, True),
            Field("answer", "answer", text, True),
            Field("distractors", "distractors", list_of(text), True),
            Field("points", "points", list_of(identifier), True),
            Field("discrimination", "discrimination", number(0, 10, above=True)),
            Field("difficulty", "difficulty", _LOGITS),
            Field("guessing", "guessing", number(0, 0.99)),
            Field("status", "status", _STATUS),
        ),
        _complete_item,
    ),
}

SETTINGS: dict[str, Callable[[Any], Any]] = {
    "language": _LANGUAGE,
    "licence": text,
    "description": text,
    "masteredAt": _UNIT,
    "prerequisiteAt": _UNIT,
    "relatedAt": number(0, 1, above=True),
    "gainRight": _UNIT,
    "gainWrong": _UNIT,
    "propagation": _UNIT,
    "forgetting": number(0, 100),
    "repeatAfterDays": number(0, 10_000),
    "retryAfterDays": number(0, 10_000),
    "recentHours": number(0, 10_000),
    "banditPrior": one_of("practised", "plain"),
}
"""What course.json may set and how it is read; other scalars are kept as they are."""


@dataclass
class Parsed:
    """What a folder says.

    Attributes:
        broken: tables of which rows are missing, so that links to them are not judged.
        rejected: ids (or first ends) of rows that exist and have a problem, by table.
    """

    course: Course
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    rejected: dict[str, set[str]] = field(default_factory=dict)

    def refused(self, table: str) -> set[str]:
        """Ids of the table's rows that have a problem of their own; links to them are not reported again."""
        return self.rejected.get(table, set())


def parse(folder: Folder) -> Parsed:
    """Make the typed course of a folder, and collect every problem on the way."""
    parsed = Parsed(Course("", ""), list(folder.problems), list(folder.notes))
    records: dict[str, list[Any]] = {table: [] for table in TABLES}
    for sheet in folder.sheets:
        records[sheet.table] += _parse_sheet(sheet, parsed)
    id, title, settings = _parse_header(folder.header, parsed.problems)
    parsed.course = Course(id, title, settings, **{table: tuple(rows) for table, rows in records.items()})
    return parsed


def _parse_sheet(sheet: Sheet, parsed: Parsed) -> Iterable[Any]:
    spec = SPECS[sheet.table]
    known = {column.column for column in spec.fields}
    for name in sorted({name for row in sheet.rows[:1000] for name in row.values} - known):
        parsed.notes.append(Problem(Place(sheet.file, 1), "", f"column {name!r} is not read"))
    if not sheet.whole:
        parsed.broken.add(sheet.table)
    missing = _missing(sheet, spec)
    if missing:
        found = f"the header has {', '.join(sheet.columns or ())}"
        parsed.problems.append(Problem(Place(sheet.file, 1), "", f"lacks the column {', '.join(missing)}; {found}"))
        parsed.broken.add(sheet.table)
        return []
    rows = (_parse_row(row, sheet.table, parsed) for row in sheet.rows)
    return [record for record in rows if record is not None]


def _missing(sheet: Sheet, spec: Table) -> list[str]:
    """The columns that a CSV header lacks; rows of JSONL are judged one by one."""
    if sheet.columns is None:
        return []
    return [column.column for column in spec.fields if column.required and column.column not in sheet.columns]


def _parse_row(row: Row, table: str, parsed: Parsed) -> Any:
    """The record, or None with a problem for each value that is wrong."""
    spec = SPECS[table]
    values: dict[str, Any] = {"at": row.at}
    before = len(parsed.problems)
    for column, attribute, read, required in spec.fields:
        raw = row.values.get(column)
        if raw is None or raw == "" or (type(raw) is str and raw.isspace()):
            if required:
                parsed.problems.append(Problem(row.at, _name(row), f"{column} is empty; fill it in"))
            continue
        try:
            values[attribute] = read(raw)
        except ValueError as error:
            parsed.problems.append(Problem(row.at, _name(row), f"{column} {error}"))
    if len(parsed.problems) > before:
        key = values.get(spec.fields[0].attribute)
        if key:
            parsed.rejected.setdefault(table, set()).add(key)
        else:
            parsed.broken.add(table)
        return None
    spec.complete(values)
    return spec.record(**values)


def _name(row: Row) -> str:
    """What a report calls the row: its id, or the first cell of a table of links."""
    return str(row.values.get("id") or next(iter(row.values.values()), ""))[:200]


def _parse_header(row: Row | None, problems: list[Problem]) -> tuple[str, str, dict[str, Scalar]]:
    if row is None:
        return "", "", {}
    settings: dict[str, Scalar] = {}
    for key, raw in row.values.items():
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            continue
        try:
            settings[key] = _setting(key, raw)
        except ValueError as error:
            problems.append(Problem(row.at, key, str(error)))
    for key in ("id", "title"):
        if not settings.get(key) and key not in {problem.id for problem in problems}:
            problems.append(Problem(row.at, key, "is empty; fill it in"))
    return str(settings.pop("id", "")), str(settings.pop("title", "")), settings


def _setting(key: str, raw: Any) -> Scalar:
    read = {"id": identifier, "title": text}.get(key) or SETTINGS.get(key)
    if read is not None:
        value: Scalar = read(raw)
        return value
    if isinstance(raw, str):
        return text(raw)
    if isinstance(raw, (bool, float)) or (isinstance(raw, int) and abs(raw) < 2**63):
        return raw
    raise ValueError("must be text, a number, true or false")
