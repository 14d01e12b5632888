"""The tables of docs/paths.md on the example courses, from the figures of `benchmarks.paths`.

`english` is the ladder and the variants; `english-pruning`, `english-constants`, `english-free` and `english-unlike`
are what their names say; the same for the other course.
"""

from collections.abc import Mapping

from benchmarks.paths_courses import TABLES
from benchmarks.paths_courses_tables import label
from benchmarks.paths_unlike import UNLIKE

SHORT = dict(zip(("", "pruning", "constants", "free"), TABLES.values(), strict=True))
HEADS = ("E_p", "of planner", "reached", "steps (saved)", "minutes (saved)", "skipped a step", "ms", "training min")


def block(figures: Mapping[str, float], place: str) -> list[str]:
    """One table, the best first. `place` is a course, or a course and a table with a hyphen between."""
    course, _, table = place.partition("-")
    if table == "unlike":
        return _unlike(figures, course)
    names = dict.fromkeys(label(*key) for key in SHORT[table])
    found = {name: own for name in names if (own := _own(figures, f"{course}.{name}."))}
    lines = [f"| rung | {' | '.join(HEADS)} |", "|" + "---|" * (len(HEADS) + 1)]
    for name, own in sorted(found.items(), key=lambda entry: -entry[1]["ep"]):
        lines.append(f"| {name} | {' | '.join(_cells(own))} |")
    return lines


def _cells(own: Mapping[str, float]) -> list[str]:
    return [
        f"{own['ep']:.3f} ± {own['ep_sd']:.3f}",
        f"{own['of_planner']:.1%}" if "of_planner" in own else "",
        f"{own['reached']:.1%}",
        f"{own['steps']:.2f} ({own['saved_steps']:+.1%})",
        f"{own['minutes']:,.0f} ({own['saved_minutes']:+.1%})",
        f"{own['violations']:,.0f}",
        f"{own['ms']:.2f}",
        f"{own['train_minutes']:.1f}" if "train_minutes" in own else "",
    ]


def _unlike(figures: Mapping[str, float], course: str) -> list[str]:
    others = [population for population in UNLIKE if population != "usual"]
    start = f"unlike.{others[0]}.{course}."
    rungs = [name.removeprefix(start)[:-3] for name in figures if name.startswith(start) and name.endswith(".ep")]
    lines = [f"| rung | usual | {' | '.join(others)} |", "|" + "---|" * (len(others) + 2)]
    for rung in sorted(rungs, key=lambda rung: -figures[f"{course}.{rung}.ep"]):
        usual = figures[f"{course}.{rung}.ep"]
        reached = [figures[f"unlike.{population}.{course}.{rung}.ep"] for population in others]
        cells = [f"{usual:.3f}", *(f"{ep:.3f} ({ep - usual:+.3f})" for ep in reached)]
        lines.append(f"| {rung} | {' | '.join(cells)} |")
    return lines


def _own(figures: Mapping[str, float], start: str) -> dict[str, float]:
    return {name.removeprefix(start): value for name, value in figures.items() if name.startswith(start)}
