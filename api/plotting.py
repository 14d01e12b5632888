"""An answer as a picture, drawn as the question's header says: `plot: KIND x=COLUMN y=COLUMN …`.

line, bar, scatter   x, y
interval             x, y and the ends low, high
histogram            x
heatmap              x, y and the colour, value
"""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graph.asking import Answer
from graph.errors import Invalid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 40
"""Characters of a label before it is cut."""


class Plot(NamedTuple):
    """What is drawn of which columns."""

    kind: str
    columns: dict[str, str]


def parse(told: str) -> Plot:
    """A header's `plot:`; raises `Invalid` for a kind that cannot be drawn."""
    kind, *pairs = told.split() or [""]
    if kind not in _KINDS:
        raise Invalid(f"{kind!r} cannot be drawn; kinds are {', '.join(_KINDS)}.", "plot")
    return Plot(kind, dict(pair.split("=", 1) for pair in pairs))


def draw(answer: Answer, plot: Plot, title: str, path: Path) -> None:
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
    _KINDS[plot.kind](axes, rows, plot.columns)
    axes.set_title(title, fontsize=10)
    try:
        figure.savefig(path, dpi=110)
    except ValueError as error:
        raise Invalid(
            f"{path.name} is no picture that can be written ({error}); end it in .png, .svg or .pdf."
        ) from error


def _line(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.plot([_place(row[columns["x"]]) for row in rows], [row[columns["y"]] for row in rows], marker="o")
    _name(axes, columns)
    axes.tick_params(axis="x", rotation=30)


def _scatter(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.scatter([row[columns["x"]] for row in rows], [row[columns["y"]] for row in rows], s=18)
    _name(axes, columns)


def _bar(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    places = list(range(len(rows)))
    axes.barh(places, [float(row[columns["y"]]) for row in rows])
    _labels(axes, rows, columns)


def _interval(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    places = list(range(len(rows)))
    middle, low, high = ([float(row[columns[end]]) for row in rows] for end in ("y", "low", "high"))
    ends = [[m - e for m, e in zip(middle, low, strict=True)], [e - m for m, e in zip(middle, high, strict=True)]]
    axes.errorbar(middle, places, xerr=[[max(each, 0.0) for each in side] for side in ends], fmt="o", capsize=3)
    _labels(axes, rows, columns)


def _histogram(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.hist([_place(row[columns["x"]]) for row in rows], bins=min(20, max(5, len(rows) // 3)), rwidth=0.9)
    axes.set_xlabel(columns["x"])
    axes.tick_params(axis="x", rotation=30)


def _heatmap(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    across, down = (sorted({str(row[columns[end]]) for row in rows}) for end in ("x", "y"))
    grid = [[float("nan")] * len(across) for _ in down]
    for row in rows:
        grid[down.index(str(row[columns["y"]]))][across.index(str(row[columns["x"]]))] = row[columns["value"]]
    shown = axes.imshow(grid, aspect="auto")
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.figure.colorbar(shown, label=columns["value"])


def _name(axes: "Axes", columns: dict[str, str]) -> None:
    axes.set_xlabel(columns["x"])
    axes.set_ylabel(columns["y"])


def _labels(axes: "Axes", rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    axes.set_yticks(range(len(rows)), [_short(row[columns["x"]]) for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(columns["y"])


def _short(value: Any) -> str:
    text = " → ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"…{text[-LONGEST:]}"


def _place(value: Any) -> Any:
    return value if isinstance(value, int | float | datetime.date) else str(value)


_KINDS: dict[str, Callable[["Axes", list[dict[str, Any]], dict[str, str]], None]] = {
    "line": _line,
    "bar": _bar,
    "scatter": _scatter,
    "interval": _interval,
    "histogram": _histogram,
    "heatmap": _heatmap,
}
