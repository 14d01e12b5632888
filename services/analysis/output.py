"""Format the answer to a question as CSV, JSON, Parquet or a plot.

In CSV and JSON moments are ISO 8601 in UTC, in Parquet they are timestamps. A plot follows the question's header,
`plot: KIND x=COLUMN y=COLUMN …`:

    line, bar, scatter   x, y
    interval             x, y and the ends low, high
    histogram            x
    heatmap              x, y and the colour, value

matplotlib is imported when a plot is drawn.
"""

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from graph.analysis.ad_hoc import QueryResult
from graph.analysis.parquet import to_text, write_result
from graph.errors import Invalid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LABEL_LENGTH = 40
"""Characters of a label before it is cut."""


class PlotSpec(NamedTuple):
    """What is drawn of which columns."""

    kind: str
    columns: dict[str, str]


def parse_plot(told: str) -> PlotSpec:
    """A header's `plot:`; raises `Invalid` for a kind that cannot be drawn."""
    kind, *pairs = told.split() or [""]
    if kind not in _DRAWERS:
        raise Invalid(f"{kind!r} cannot be drawn; kinds are {', '.join(_DRAWERS)}.", "plot")
    return PlotSpec(kind, dict(pair.split("=", 1) for pair in pairs))


def plot_answer(answer: QueryResult, plot: PlotSpec, title: str, path: Path) -> None:
    """Write the picture to `path`; raises `Invalid` for an answer without rows or a file that is no picture."""
    from matplotlib.figure import Figure  # 40 MB that a service, which draws nothing, need not hold

    table = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    needed = [column for column in plot.columns.values() if column != plot.columns.get("low")]
    rows = [row for row in table if all(row[name] is not None for name in needed)]
    if not rows:
        raise Invalid("There is nothing to draw: the answer has no rows with numbers.", "plot")
    upright = plot.kind in ("bar", "interval") and isinstance(rows[0][plot.columns["x"]], str | list)
    figure = Figure(figsize=(7.5, max(3.0, 0.28 * len(rows) + 1.2) if upright else 4.0), layout="constrained")
    axes = figure.subplots()
    _DRAWERS[plot.kind](axes, rows, plot.columns)
    axes.set_title(title, fontsize=10)
    try:
        figure.savefig(path, dpi=110)
    except ValueError as error:
        raise Invalid(
            f"{path.name} is no picture that can be written ({error}); end it in .png, .svg or .pdf."
        ) from error


def _draw_line(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.plot([_axis_value(row[columns["x"]]) for row in rows], [row[columns["y"]] for row in rows], marker="o")
    _label_axes(axes, columns)
    axes.tick_params(axis="x", rotation=30)


def _draw_scatter(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.scatter([row[columns["x"]] for row in rows], [row[columns["y"]] for row in rows], s=18)
    _label_axes(axes, columns)


def _draw_bar(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    places = list(range(len(rows)))
    axes.barh(places, [float(row[columns["y"]]) for row in rows])
    _label_rows(axes, rows, columns)


def _draw_interval(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    places = list(range(len(rows)))
    middle, low, high = ([float(row[columns[end]]) for row in rows] for end in ("y", "low", "high"))
    ends = [[m - e for m, e in zip(middle, low, strict=True)], [e - m for m, e in zip(middle, high, strict=True)]]
    axes.errorbar(middle, places, xerr=[[max(each, 0.0) for each in side] for side in ends], fmt="o", capsize=3)
    _label_rows(axes, rows, columns)


def _draw_histogram(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.hist([_axis_value(row[columns["x"]]) for row in rows], bins=min(20, max(5, len(rows) // 3)), rwidth=0.9)
    axes.set_xlabel(columns["x"])
    axes.tick_params(axis="x", rotation=30)


def _draw_heatmap(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    across, down = (sorted({str(row[columns[end]]) for row in rows}) for end in ("x", "y"))
    grid = [[float("nan")] * len(across) for _ in down]
    for row in rows:
        grid[down.index(str(row[columns["y"]]))][across.index(str(row[columns["x"]]))] = row[columns["value"]]
    shown = axes.imshow(grid, aspect="auto")
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.figure.colorbar(shown, label=columns["value"])


def _label_axes(axes: "Axes", columns: dict[str, str]) -> None:
    axes.set_xlabel(columns["x"])
    axes.set_ylabel(columns["y"])


def _label_rows(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.set_yticks(range(len(rows)), [_shorten_label(row[columns["x"]]) for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(columns["y"])


def _shorten_label(value: Any) -> str:
    text = " → ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= MAX_LABEL_LENGTH else f"…{text[-MAX_LABEL_LENGTH:]}"


def _axis_value(value: Any) -> Any:
    return value if isinstance(value, int | float | datetime.date) else str(value)


_DRAWERS: dict[str, Callable[["Axes", list[dict[str, Any]], dict[str, str]], None]] = {
    "line": _draw_line,
    "bar": _draw_bar,
    "scatter": _draw_scatter,
    "interval": _draw_interval,
    "histogram": _draw_histogram,
    "heatmap": _draw_heatmap,
}


ANSWER_FORMATS = ("table", "csv", "json", "parquet")


def choose_format(form: str | None, out: Path | None) -> str:
    """What was asked for, else what the file's name says, else a table; `Invalid` for an unknown one."""
    found = form or (out.suffix.removeprefix(".").lower() if out else "table")
    if found not in ANSWER_FORMATS:
        raise Invalid(
            f"{found or 'No suffix'} is no form of an answer; choose one of {', '.join(ANSWER_FORMATS)}.", "format"
        )
    if found == "parquet" and out is None:
        raise Invalid("Parquet is for files: name one with --out FILE.parquet.", "out")
    if found == "table" and out is not None:
        raise Invalid("A table is for reading here; --out takes csv, json or parquet.", "format")
    return found


def format_csv(answer: QueryResult) -> str:
    """A header and the rows; lists and maps as JSON, nothing for null."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([format_cell(value) for value in row] for row in answer.rows)
    return file.getvalue()


def format_json(answer: QueryResult) -> str:
    """A list of objects."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(answer.records(), option=option, default=str).decode() + "\n"


def format_cell(value: Any) -> str:
    """One value as text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | list | dict):
        return to_text(value) or ""
    return str(value.isoformat()).replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def save_answer(answer: QueryResult, form: str, path: Path) -> None:
    """Write the answer to a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "parquet":
        write_result(path, answer)
        return
    part = path.with_name(path.name + ".part")
    part.write_text(format_csv(answer) if form == "csv" else format_json(answer), encoding="utf-8")
    part.replace(path)
