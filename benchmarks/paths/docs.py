"""Tables of docs/paths.md from the figures of benchmarks/paths/compare.py, one for each world."""

import re
from collections.abc import Mapping

from benchmarks.paths.course_compare import render_course_table
from benchmarks.paths.course_runs import COURSES

LENGTH_PATTERN = re.compile(r"(judge_)?ep_(\d+)")


def render_world_table(figures: Mapping[str, float], world: str) -> list[str]:
    """The methods of one practice world, the best on the longest path first; of a course see the other module."""
    if world.partition("-")[0] in COURSES:
        return render_course_table(figures, world)
    found: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        start, _, figure = name.rpartition(".")
        place, _, method = start.partition(".")
        if place == world and method and "." not in method:
            found.setdefault(method, {})[figure] = value
    if not found:
        return ["not measured yet"]
    lengths = sorted(
        {int(match[2]) for own in found.values() for name in own if (match := LENGTH_PATTERN.fullmatch(name))}
    )
    judged = any(name.startswith("judge") for own in found.values() for name in own)
    heads = [f"{length} steps" + (" (judge)" if judged else "") for length in lengths]
    lines = [f"| method | {' | '.join(heads)} | skipped a step | ms | training min |", "|" + "---|" * (len(heads) + 4)]
    for method, own in sorted(found.items(), key=lambda entry: -entry[1].get(f"ep_{lengths[-1]}", -9)):
        cells = [_cell(own, length) for length in lengths]
        skipped = own.get("violations", 0.0)
        minutes = f"{own['train_minutes']:.1f}" if "train_minutes" in own else ""
        cells += [f"{skipped:,.0f}", f"{own.get('ms', 0):.2f}", minutes]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return lines


def _cell(own: Mapping[str, float], length: int) -> str:
    if f"ep_{length}" not in own:
        return ""
    told = f"{own[f'ep_{length}']:.3f} ± {own[f'ep_{length}_sd']:.3f}"
    return told + (f" ({own[f'judge_ep_{length}']:.3f})" if f"judge_ep_{length}" in own else "")
