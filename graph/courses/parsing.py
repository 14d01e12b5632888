"""Parse raw rows into typed records; report every bad value with file, line, id and what to write instead.

A parser of one value takes the raw value and returns it typed, or raises `ValueError` with what is wrong. `TABLE_SPECS`
lists the columns of each table in the order of export.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph.courses.records import (
    ROLE_IMPORTANCE,
    CourseProblem,
    CourseRecord,
    FileLocation,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    Scalar,
    TeachesRecord,
)
from graph.courses.tables import TABLES, CourseFolder, RawRow, RawTable

_LINE_BREAKS = re.compile(r"\r\n?")

RESOURCE_KINDS = ("lesson", "practice", "reading", "video", "test")
MODALITIES = ("text", "audio", "video", "interactive")


def parse_text(value: Any) -> str:
    """Return text without blanks around it, line ends as \\n, composed accents (NFC)."""
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_quote_value(value)}")
    clean = value.strip()
    if clean.isascii() and clean.isprintable():
        return clean
    if not clean.isascii():
        clean = unicodedata.normalize("NFC", clean)
    if not clean.isprintable():
        clean = _LINE_BREAKS.sub("\n", clean)
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in clean):
            raise ValueError("holds a control character; remove it")
    return clean


def _quote_value(value: Any) -> str:
    """Return a value in a message."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def parse_id(value: Any) -> str:
    """Return an id: at most 200 characters, no blanks."""
    value = parse_text(value)
    if len(value) > 200 or len(value.split()) != 1 or "|" in value:
        raise ValueError(f"{value[:60]!r} is no id: at most 200 characters, without blanks and without |")
    if not value.isprintable():
        hidden = next(sign for sign in value if not sign.isprintable())
        raise ValueError(f"holds the sign U+{ord(hidden):04X}, which nobody sees; remove it")
    return str(value)


def number_parser(low: float, high: float, above: bool = False) -> Callable[[Any], float]:
    """Return a number in [low, high], or in (low, high] when it must be `above` low."""

    def parse(value: Any) -> float:
        try:
            parsed = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            parsed = None
        if parsed is None:
            raise ValueError(f"must be a number such as 0.5, not {_quote_value(value)}")
        if not low <= parsed <= high or (above and parsed == low):
            raise ValueError(f"must be {'above' if above else 'at least'} {low:g} and at most {high:g}, not {parsed:g}")
        return parsed

    return parse


def choice_parser(*words: str) -> Callable[[Any], str]:
    """Return one of a few words."""

    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {_quote_value(value)}")
        return str(value)

    return parse


def pattern_parser(pattern: str, wanted: str) -> Callable[[Any], str]:
    """Return text that matches `pattern` as a whole; `wanted` says in words what that is."""
    compiled = re.compile(pattern)

    def parse(value: Any) -> str:
        value = parse_text(value)
        if not compiled.fullmatch(value):
            raise ValueError(f"must be {wanted}, not {value[:60]!r}")
        return str(value)

    return parse


def list_parser(parse: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Return a JSON list, or text parted by | in a CSV cell."""

    def parse_all(value: Any) -> tuple[str, ...]:
        values = value.split("|") if isinstance(value, str) else value
        if not isinstance(values, list):
            raise ValueError(f"must be a list, not {_quote_value(value)}")
        return tuple(parse(one) for one in values)

    return parse_all


_parse_unit = number_parser(0, 1)
_parse_logits = number_parser(-6, 6)
_parse_language = pattern_parser(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", "a language tag such as en or pt-BR")
_parse_url = pattern_parser(r"https?://\S+|[^\s:]+", "a web address or a relative path")
_parse_status = choice_parser("active", "retired")


class ColumnSpec(NamedTuple):
    """A column, the record's attribute, how to read it, and whether a row must have it."""

    column: str
    attribute: str
    parse: Callable[[object], object]
    required: bool = False


class TableSpec(NamedTuple):
    """A table: its record class, its columns in the order of export, and a function that fills in defaults."""

    record: Callable[..., object]
    fields: tuple[ColumnSpec, ...]
    complete: Callable[[dict[str, object]], None] = lambda values: None


def _fill_teaches(values: dict[str, Any]) -> None:
    values.setdefault("importance", ROLE_IMPORTANCE[values["role"]])


def _fill_item(values: dict[str, Any]) -> None:
    values["points"] = tuple(sorted(values["points"]))
    values.setdefault("guessing", 1 / (1 + len(values["distractors"])))


TABLE_SPECS = {
    "points": TableSpec(
        PointRecord,
        (
            ColumnSpec("id", "id", parse_id, True),
            ColumnSpec("name", "name", parse_text, True),
            ColumnSpec("description", "description", parse_text),
            ColumnSpec("domain", "domain", parse_text),
            ColumnSpec("level", "level", parse_text),
            ColumnSpec("masteredAt", "mastered_at", _parse_unit),
            ColumnSpec("metAt", "met_at", _parse_unit),
            ColumnSpec("hours", "hours", number_parser(0, 10_000, above=True)),
        ),
    ),
    "prerequisites": TableSpec(
        PrerequisiteRecord,
        (
            ColumnSpec("from", "before", parse_id, True),
            ColumnSpec("to", "after", parse_id, True),
            ColumnSpec("reason", "reason", parse_text),
            ColumnSpec("source", "source", choice_parser("expert", "mined")),
            ColumnSpec("status", "status", choice_parser("accepted", "proposed", "rejected")),
            ColumnSpec("confidence", "confidence", _parse_unit),
            ColumnSpec("support", "support", number_parser(0, 1e12)),
            ColumnSpec("lift", "lift", number_parser(0, 1e12)),
            ColumnSpec("pValue", "p_value", _parse_unit),
        ),
    ),
    "resources": TableSpec(
        ResourceRecord,
        (
            ColumnSpec("id", "id", parse_id, True),
            ColumnSpec("title", "title", parse_text, True),
            ColumnSpec("kind", "kind", choice_parser(*RESOURCE_KINDS), True),
            ColumnSpec("modality", "modality", choice_parser(*MODALITIES), True),
            ColumnSpec("level", "level", parse_text),
            ColumnSpec("difficulty", "difficulty", _parse_logits),
            ColumnSpec("minutes", "minutes", number_parser(0, 100_000, above=True), True),
            ColumnSpec("url", "url", _parse_url),
            ColumnSpec("language", "language", _parse_language),
            ColumnSpec("status", "status", _parse_status),
            ColumnSpec("text", "text", parse_text),
        ),
    ),
    "teaches": TableSpec(
        TeachesRecord,
        (
            ColumnSpec("resource", "resource", parse_id, True),
            ColumnSpec("point", "point", parse_id, True),
            ColumnSpec("role", "role", choice_parser(*ROLE_IMPORTANCE), True),
            ColumnSpec("importance", "importance", _parse_unit),
        ),
        _fill_teaches,
    ),
    "items": TableSpec(
        ItemRecord,
        (
            ColumnSpec("id", "id", parse_id, True),
            ColumnSpec("prompt", "prompt", parse_text, True),
            ColumnSpec("answer", "answer", parse_text, True),
            ColumnSpec("distractors", "distractors", list_parser(parse_text), True),
            ColumnSpec("points", "points", list_parser(parse_id), True),
            ColumnSpec("discrimination", "discrimination", number_parser(0, 10, above=True)),
            ColumnSpec("difficulty", "difficulty", _parse_logits),
            ColumnSpec("guessing", "guessing", number_parser(0, 0.99)),
            ColumnSpec("status", "status", _parse_status),
        ),
        _fill_item,
    ),
}

SETTING_PARSERS: dict[str, Callable[[Any], Any]] = {
    "language": _parse_language,
    "licence": parse_text,
    "description": parse_text,
    "masteredAt": _parse_unit,
    "prerequisiteAt": _parse_unit,
    "relatedAt": number_parser(0, 1, above=True),
    "gainRight": _parse_unit,
    "gainWrong": _parse_unit,
    "propagation": _parse_unit,
    "forgetting": number_parser(0, 100),
    "repeatAfterDays": number_parser(0, 10_000),
    "retryAfterDays": number_parser(0, 10_000),
    "banditPrior": choice_parser("practised", "plain"),
}
"""What course.json may set and how it is read; other scalars are kept as they are."""


@dataclass
class ParsedCourse:
    """The typed course of a folder, with its problems and notes.

    Attributes:
        incomplete_tables: tables of which rows are missing, so that links to them are not judged.
        rejected: ids (or first ends) of rows that exist and have a problem, by table.
        unstated: tables, or "settings", of which the source says nothing; they stay as they are in the graph.
    """

    course: CourseRecord
    problems: list[CourseProblem] = field(default_factory=list)
    notes: list[CourseProblem] = field(default_factory=list)
    incomplete_tables: set[str] = field(default_factory=set)
    rejected: dict[str, set[str]] = field(default_factory=dict)
    unstated: frozenset[str] = frozenset()

    def refused_ids(self, table: str) -> set[str]:
        """Return ids of the table's rows that have a problem of their own; links to them are not reported again."""
        return self.rejected.get(table, set())


def parse_course(folder: CourseFolder) -> ParsedCourse:
    """Make the typed course of a folder, and collect every problem on the way."""
    parsed = ParsedCourse(CourseRecord("", ""), list(folder.problems), list(folder.notes))
    parsed.unstated = frozenset(folder.unstated)
    records: dict[str, list[Any]] = {table: [] for table in TABLES}
    for sheet in folder.tables:
        records[sheet.table] += _parse_table(sheet, parsed)
    id, title, settings = _parse_header(folder.header, parsed.problems)
    parsed.course = CourseRecord(id, title, settings, **{table: tuple(rows) for table, rows in records.items()})
    return parsed


def _parse_table(sheet: RawTable, parsed: ParsedCourse) -> Iterable[Any]:
    spec = TABLE_SPECS[sheet.table]
    known = {column.column for column in spec.fields}
    for name in sorted({name for row in sheet.rows[:1000] for name in row.values} - known):
        parsed.notes.append(CourseProblem(FileLocation(sheet.file, 1), "", f"column {name!r} is not read"))
    if not sheet.is_complete:
        parsed.incomplete_tables.add(sheet.table)
    missing = _missing_columns(sheet, spec)
    if missing:
        found = f"the header has {', '.join(sheet.columns or ())}"
        parsed.problems.append(
            CourseProblem(FileLocation(sheet.file, 1), "", f"lacks the column {', '.join(missing)}; {found}")
        )
        parsed.incomplete_tables.add(sheet.table)
        return []
    rows = (_parse_row(row, sheet.table, parsed) for row in sheet.rows)
    return [record for record in rows if record is not None]


def _missing_columns(sheet: RawTable, spec: TableSpec) -> list[str]:
    """Return the columns that a CSV header lacks; rows of JSONL are judged one by one."""
    if sheet.columns is None:
        return []
    return [column.column for column in spec.fields if column.required and column.column not in sheet.columns]


def _parse_row(row: RawRow, table: str, parsed: ParsedCourse) -> Any:
    """Return the record, or None with a problem for each value that is wrong."""
    spec = TABLE_SPECS[table]
    values: dict[str, Any] = {"at": row.at}
    before = len(parsed.problems)
    for column, attribute, read, required in spec.fields:
        raw = row.values.get(column)
        if raw is None or raw == "" or (type(raw) is str and raw.isspace()):
            if required:
                parsed.problems.append(CourseProblem(row.at, _row_name(row), f"{column} is empty; fill it in"))
            continue
        try:
            values[attribute] = read(raw)
        except ValueError as error:
            parsed.problems.append(CourseProblem(row.at, _row_name(row), f"{column} {error}"))
    if len(parsed.problems) > before:
        key = values.get(spec.fields[0].attribute)
        if key:
            parsed.rejected.setdefault(table, set()).add(key)
        else:
            parsed.incomplete_tables.add(table)
        return None
    spec.complete(values)
    return spec.record(**values)


def _row_name(row: RawRow) -> str:
    """Return the name of a row in reports: its id, or the first cell of a table of links."""
    return str(row.values.get("id") or next(iter(row.values.values()), ""))[:200]


def _parse_header(row: RawRow | None, problems: list[CourseProblem]) -> tuple[str, str, dict[str, Scalar]]:
    if row is None:
        return "", "", {}
    settings: dict[str, Scalar] = {}
    for key, raw in row.values.items():
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            continue
        try:
            settings[key] = _parse_setting(key, raw)
        except ValueError as error:
            problems.append(CourseProblem(row.at, key, str(error)))
    for key in ("id", "title"):
        if not settings.get(key) and key not in {problem.id for problem in problems}:
            problems.append(CourseProblem(row.at, key, "is empty; fill it in"))
    return str(settings.pop("id", "")), str(settings.pop("title", "")), settings


def _parse_setting(key: str, raw: Any) -> Scalar:
    read = {"id": parse_id, "title": parse_text}.get(key) or SETTING_PARSERS.get(key)
    if read is not None:
        value: Scalar = read(raw)
        return value
    if isinstance(raw, str):
        return parse_text(raw)
    if isinstance(raw, (bool, float)) or (isinstance(raw, int) and abs(raw) < 2**63):
        return raw
    raise ValueError("must be text, a number, true or false")
