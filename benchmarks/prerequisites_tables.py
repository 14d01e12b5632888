"""The blocks of docs/mining.md: what benchmarks/prerequisites measured, as tables."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.prerequisites_names import DOMAINS, PUBLISHED, VARIANTS
from benchmarks.prerequisites_runs import NOISES, RULES, SIZES

RECOVERED = ("precision", "recall", "fdr", "reversed", "proposals")
HEAD = "precision, edges | recall, edges | false discoveries, chains are right | turned round | proposals"


def block(result: Mapping[str, Any], name: str) -> list[str]:
    """One table."""
    if name == "assist2009":
        return listed(result["settings"]["assist2009"])
    figures: Mapping[str, float] = result["figures"]
    made: dict[str, Callable[[Mapping[str, float]], list[str]]] = {
        "growth": growth,
        "rules": lambda own: recovered(own, {f"q and rules: {rule}": f"growth.syllabus.{rule}" for rule in RULES}),
        "noise": lambda own: recovered(own, {"usual": "planted"} | {name: f"noise.{name}" for name in NOISES}),
        "graphs": graphs,
        "null": null,
        "names": names,
        "million": million,
        "texts": texts,
    }
    return made[name](figures)


def recovered(figures: Mapping[str, float], rows: Mapping[str, str]) -> list[str]:
    """Label and start of the figures' names, a row each; rows that were not measured are left out."""
    lines = [f"| | {HEAD} |", "|" + "---|" * (len(RECOVERED) + 1)]
    for label, start in rows.items():
        if f"{start}.recall" in figures:
            cells = [_cell(figures, f"{start}.{name}", ".1f" if name == "proposals" else ".2f") for name in RECOVERED]
            lines.append(f"| {label.replace('_', ' ')} | {' | '.join(cells)} |")
    return lines


def growth(figures: Mapping[str, float]) -> list[str]:
    """By policy and number of learners."""
    policies = ("syllabus", "own", "random", "gated")
    rows = {f"{policy}, {size:,} learners": f"growth.{policy}.{size}" for policy in policies for size in SIZES}
    return recovered(figures, rows)


def graphs(figures: Mapping[str, float]) -> list[str]:
    """Other graphs, and learners who know a part before they begin."""
    rows = {"known in part": "placed"}
    rows |= {name: f"graph.{name}" for name in ("random_100", "random_200", "english", "metacademy")}
    return recovered(figures, rows)


def null(figures: Mapping[str, float]) -> list[str]:
    """Shares of p-values up to .05 where nothing depends on anything."""
    lines = ["| logs | order | dependence | both | proposals |", "|---|---|---|---|---|"]
    for policy in sorted({name.split(".")[1] for name in figures if name.startswith("null.")}):
        cells = [_cell(figures, f"null.{policy}.{test}.up_to_05", ".3f") for test in ("order", "dependence", "both")]
        lines.append(f"| {policy} | {' | '.join(cells)} | {_cell(figures, f'null.{policy}.proposals', '.1f')} |")
    return lines


def names(figures: Mapping[str, float]) -> list[str]:
    """AL-CPL: F1 / AUC."""
    lines = [f"| domain | published | {' | '.join(VARIANTS)} |", "|" + "---|" * (len(VARIANTS) + 2)]
    for domain in DOMAINS:
        cells = []
        for variant in VARIANTS:
            start = f"names.{domain}.{variant}"
            there = f"{start}.f1" in figures
            pair = (_cell(figures, f"{start}.{name}", ".3f") for name in ("f1", "auc"))
            cells.append(" / ".join(pair) if there else "")
        published = " / ".join(f"{value:.3f}" for value in PUBLISHED[domain])
        lines.append(f"| {domain.replace('_', ' ')} | {published} | {' | '.join(cells)} |")
    return lines


def texts(figures: Mapping[str, float]) -> list[str]:
    """The example courses by names and texts."""
    lines = [
        "| course | learnt from four fifths: right, turned round | by the rule: right, turned round |",
        "|---|---|---|",
    ]
    for course in sorted({name.split(".")[1] for name in figures if name.startswith("texts.")}):
        cells = [
            ", ".join(_cell(figures, f"texts.{course}.{way}.{name}", ".2f") for name in ("right", "turned"))
            for way in ("trained", "rule")
        ]
        lines.append(f"| {course} | {' | '.join(cells)} |")
    return lines


def million(figures: Mapping[str, float]) -> list[str]:
    """Time and memory."""
    own = {name: figures[f"mine_1m.{name}"] for name in ("events", "seconds", "mib", "before_mib", "proposals")}
    return [
        "| masteries | seconds | MiB at most | MiB before | proposals of 500 planted |",
        "|---|---|---|---|---|",
        "| {events:,.0f} | {seconds:.1f} | {mib:.0f} | {before_mib:.0f} | {proposals:.0f} |".format(**own),
    ]


def listed(found: Mapping[str, Any]) -> list[str]:
    """The strongest pairs of ASSISTments 2009."""
    lines = ["| | before | after | mastered both, in this order | share | lift | p, corrected | |", "|" + "---|" * 8]
    for rank, row in found["rows"].items():
        told = [row[name] for name in ("before", "after", "support", "confidence", "lift")]
        mark = "proposed" if row["proposed"] else ""
        lines.append(f"| {rank} | {' | '.join(str(each) for each in told)} | {row['p']:.2g} | {mark} |")
    return lines


def _cell(figures: Mapping[str, float], name: str, form: str) -> str:
    spread = f" ± {figures[f'{name}_sd']:{form}}" if f"{name}_sd" in figures else ""
    return f"{figures[name]:{form}}{spread}"
