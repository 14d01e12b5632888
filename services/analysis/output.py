"""Format the answer to a question as CSV, JSON, Parquet or a plot.

In CSV and JSON moments are ISO 8601 in UTC, in Parquet they are timestamps. A plot follows the question's header,
`plot: KIND x=COLUMN y=COLUMN …`:

    line, bar, scatter   x, y
    interval             x, y and the ends low, high
    histogram            x
    heatmap              x, y and the colour, value

More may follow: `label` (a column with names, instead of the ids in x), `n` (a column with the number that a row
rests on), `panel` (a column; a panel for each of its values), `unit` and `of` (words: the unit of what is drawn, what
the rows are; a blank is written as _).

matplotlib is imported when a plot is drawn.
"""

import csv
import datetime
import io
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from graph.analysis.ad_hoc import QueryResult
from graph.analysis.parquet import to_text, write_result
from graph.analysis.ready import ReadyQuestion
from graph.errors import Invalid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = list[dict[str, Any]]

MAX_LABEL_LENGTH = 48
"""Characters of a label before it is cut."""

TITLE_LENGTH = 84
"""Characters in a line of a title."""

_WORDS = ("unit", "of")
_ROW_BY_ROW = ("bar", "interval")


class PlotSpec(NamedTuple):
    """What is drawn of which columns.

    Attributes:
        columns: by their part in the plot: x, y, low, high, value, label, n, panel.
        unit: of what is drawn along the axis of values.
        of: what the rows are, such as learners.
    """

    kind: str
    columns: dict[str, str]
    unit: str = ""
    of: str = "rows"


def parse_plot(told: str) -> PlotSpec:
    """A header's `plot:`; raises `Invalid` for a kind that cannot be drawn."""
    kind, *pairs = told.split() or [""]
    if kind not in _DRAWERS:
        raise Invalid(f"{kind!r} cannot be drawn; kinds are {', '.join(_DRAWERS)}.", "plot")
    given = dict(pair.split("=", 1) for pair in pairs)
    words = {key: given.pop(key).replace("_", " ") for key in _WORDS if key in given}
    return PlotSpec(kind, given, **words)


def plot_question(answer: QueryResult, question: ReadyQuestion, limit: int | None, path: Path) -> None:
    """Draw all rows of a ready question's answer; of bars and intervals, a row each, the first `limit`.

    Raises `Invalid` as `plot_answer`.
    """
    title = question.summary.partition(": ")[0].partition(". ")[0].rstrip(".")
    plot_answer(answer, parse_plot(question.plot), title, path, limit)


def plot_answer(answer: QueryResult, plot: PlotSpec, title: str, path: Path, limit: int | None = None) -> None:
    """Write the picture to `path`, with how many of the rows it shows below the title.

    Raises `Invalid` for an answer without rows or a file that is no picture.
    """
    from matplotlib.figure import Figure  # 40 MB that a service, which draws nothing, need not hold

    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    needed = [plot.columns[part] for part in ("x", "y", "value") if part in plot.columns]
    drawn = [row for row in rows if all(row[name] is not None for name in needed)]
    if not drawn:
        raise Invalid("There is nothing to draw: the answer has no rows with numbers.", "plot")
    shown = drawn[:limit] if plot.kind in _ROW_BY_ROW else drawn
    panels = _split_panels(shown, plot)
    row_by_row = plot.kind in _ROW_BY_ROW and isinstance(shown[0][plot.columns["x"]], str | list)
    heights = [0.28 * len(each) + 0.5 if row_by_row else 3.4 for each in panels.values()]
    lines = [*textwrap.wrap(title, TITLE_LENGTH), _count_rows(len(shown), len(drawn), rows, plot, answer.is_truncated)]
    size = (8.5, max(2.4, sum(heights) + 0.4 * len(panels)) + 0.2 * len(lines))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(panels), squeeze=False, height_ratios=heights)
    for axes, (name, own) in zip(grid[:, 0], panels.items(), strict=True):
        _DRAWERS[plot.kind](axes, own, plot)
        if name:
            axes.set_xlabel(name)
    figure.suptitle("\n".join(lines), fontsize=10)
    try:
        figure.savefig(path, dpi=110)
    except ValueError as error:
        raise Invalid(
            f"{path.name} is no picture that can be written ({error}); end it in .png, .svg or .pdf."
        ) from error


def _split_panels(rows: Rows, plot: PlotSpec) -> dict[str, Rows]:
    panels: dict[str, Rows] = {}
    for row in rows:
        panels.setdefault(str(row[plot.columns["panel"]]) if "panel" in plot.columns else "", []).append(row)
    return panels


def _count_rows(shown: int, drawn: int, rows: Rows, plot: PlotSpec, is_truncated: bool) -> str:
    """Return how many rows are shown, and what the others lack: `20 of 213 points, 12 of them without …`."""
    total = f"{'more than ' if is_truncated else ''}{len(rows):,}"
    missing = len(rows) - drawn
    count = f"{shown:,} of {total} {plot.of}" if shown < len(rows) or is_truncated else f"{total} {plot.of}"
    lacking = _word(plot.columns.get("value", plot.columns.get("y", plot.columns["x"])))
    without = f"; {missing:,} without {lacking}" if missing else ""
    return f"{count}{without}; n: {_word(plot.columns['n'])}" if "n" in plot.columns else f"{count}{without}"


def _word(column: str) -> str:
    return column.replace("_", " ")


def _value_label(plot: PlotSpec, part: str) -> str:
    """Return the name of an axis, with the unit on that of the values."""
    named = _word(plot.columns[part])
    return f"{named} ({plot.unit})" if plot.unit else named


def _draw_line(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    x, y = plot.columns["x"], plot.columns["y"]
    axes.plot([_axis_value(row[x]) for row in rows], [row[y] for row in rows], marker="o")
    if "n" in plot.columns:
        for row in rows:
            place = (_axis_value(row[x]), row[y])
            axes.annotate(f"n {row[plot.columns['n']]:,}", place, (0, 6), textcoords="offset points", fontsize=7)
    _label_axes(axes, plot)
    axes.tick_params(axis="x", rotation=30)


def _draw_scatter(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    axes.scatter([row[plot.columns["x"]] for row in rows], [row[plot.columns["y"]] for row in rows], s=18)
    _label_axes(axes, plot)


def _draw_bar(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    axes.barh(list(range(len(rows))), [float(row[plot.columns["y"]]) for row in rows], height=0.7)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    _label_rows(axes, rows, plot)


def _draw_interval(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    """Draw the middles with their intervals, as hollow circles those that have none."""
    y, low, high = (plot.columns[end] for end in ("y", "low", "high"))
    for place, row in enumerate(rows):
        if row[high] is None:
            axes.plot(row[y], place, "o", color="C0", markerfacecolor="none")
            continue
        ends = [[max(row[y] - row[low], 0.0)], [max(row[high] - row[y], 0.0)]]
        axes.errorbar(row[y], place, xerr=ends, fmt="o", capsize=3, color="C0")
    axes.set_ylim(-0.6, len(rows) - 0.4)
    _label_rows(axes, rows, plot)


def _draw_histogram(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    axes.hist([_axis_value(row[plot.columns["x"]]) for row in rows], bins=min(20, max(5, len(rows) // 3)), rwidth=0.9)
    axes.set_xlabel(_value_label(plot, "x"))
    axes.set_ylabel(plot.of)
    axes.locator_params(axis="y", integer=True)
    axes.tick_params(axis="x", rotation=30)


def _draw_heatmap(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    columns = plot.columns
    across, down = (sorted({str(row[columns[end]]) for row in rows}) for end in ("x", "y"))
    grid = [[float("nan")] * len(across) for _ in down]
    for row in rows:
        grid[down.index(str(row[columns["y"]]))][across.index(str(row[columns["x"]]))] = row[columns["value"]]
    shown = axes.imshow(grid, aspect="auto")
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.figure.colorbar(shown, label=_value_label(plot, "value"))


def _label_axes(axes: "Axes", plot: PlotSpec) -> None:
    axes.set_xlabel(_word(plot.columns["x"]))
    axes.set_ylabel(_value_label(plot, "y"))


def _label_rows(axes: "Axes", rows: Rows, plot: PlotSpec) -> None:
    axes.set_yticks(range(len(rows)), [_row_label(row, plot) for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(_value_label(plot, "y"))
    if not isinstance(rows[0][plot.columns["x"]], str | list):
        axes.set_ylabel(_word(plot.columns["x"]))


def _row_label(row: dict[str, Any], plot: PlotSpec) -> str:
    """Return a row's name, its id where it has none, with the number that it rests on."""
    named = row.get(plot.columns.get("label", ""))
    label = _cut_label(named, last=False) if named else _cut_label(row[plot.columns["x"]], last=True)
    return f"{label}  n {row[plot.columns['n']]:,}" if "n" in plot.columns else label


def _cut_label(value: Any, last: bool) -> str:
    """Return a label, cut to what tells it from others: of a name the beginning, of an id or a path the end."""
    text = " → ".join(map(str, value)) if isinstance(value, list) else str(value)
    if len(text) <= MAX_LABEL_LENGTH:
        return text
    return f"…{text[-MAX_LABEL_LENGTH:]}" if last else f"{text[:MAX_LABEL_LENGTH].rstrip()}…"


def _axis_value(value: Any) -> Any:
    return value if isinstance(value, int | float | datetime.date) else str(value)


_DRAWERS: dict[str, Callable[["Axes", Rows, PlotSpec], None]] = {
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
