"""Tables of the documents, made from the committed results: `python -m benchmarks.tables` writes them anew.

A document marks a place with `<!-- figures NAME -->` … `<!-- /figures -->`; tests/test_docs.py fails where what stands
there is not what the results say.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(<!-- figures ([\w-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
RUNGS = ("random", "popularity", "curriculum", "mastery", "zpd", "greedy", "bandit", "q", "ppo", "no_graph", "lodestar")


def main() -> None:
    """Bring every document up to date."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        if filled(text) != text:
            document.write_text(filled(text), encoding="utf-8")
            print(f"updated {document.relative_to(ROOT)}")


def filled(text: str) -> str:
    """The document with every block made from today's results."""
    return BLOCK.sub(lambda block: f"{block[1]}{table(block[2])}{block[3]}", text)


def table(name: str) -> str:
    """One block: `courses-NAME` is a ladder, any other name lists the figures of that benchmark."""
    benchmark, _, course = name.partition("-")
    path = RESULTS / f"{benchmark}.json"
    if not path.exists():
        return f"not measured yet: `python -m benchmarks.{benchmark}`\n"
    result = json.loads(path.read_text(encoding="utf-8"))
    lines = ladder(result["figures"], course) if course else listing(result["figures"])
    return "\n".join([*lines, "", _source(benchmark, result), ""])


def listing(figures: Mapping[str, float]) -> list[str]:
    """Name and value, a line each."""
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value:,.6g} |" for name, value in figures.items())]


def ladder(figures: Mapping[str, float], course: str) -> list[str]:
    """The rungs of one course."""
    lines = ["| rung | E_p | goal reached | steps to goal | violations | diversity |", "|---|---|---|---|---|---|"]
    for rung in RUNGS:
        start = f"{course}.{rung}."
        own = {name.removeprefix(start): value for name, value in figures.items() if name.startswith(start)}
        if own:
            lines.append(
                f"| {rung} | {own['ep']:.3f} ± {own['ep_sd']:.3f} | {own['reached']:.0%} "
                f"| {own['steps']:.1f} ± {own['steps_sd']:.1f} | {own['violations']:.0f} | {own['diversity']:.2f} |"
            )
    return lines


def _source(benchmark: str, result: dict[str, Any]) -> str:
    settings = [f"{key} {value}" for key, value in result["settings"].items() if key != "quick"]
    return ", ".join([f"`python -m benchmarks.{benchmark}`", *settings, result["machine"], result["started"][:10]])


if __name__ == "__main__":
    main()
