"""Write what the documents repeat of code and results: `python -m benchmarks.docs`.

A document marks a place with `<!-- figures NAME -->` … `<!-- /figures -->`. NAME is the name of a result, or
`courses-COURSE`, `learners-DATA`, `cat-COURSE`, `recommenders-DATA`, `prerequisites-TABLE`, `paths-WORLD`, `results`,
`tree`, `modules`, `groups`, `cli`, `settings`, `strategies` or `analyses`. tests/test_docs.py fails where a block
differs from code and results.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any, Literal, get_args, get_origin

import typer.cli
import typer.main
from pydantic import SecretStr
from typer.core import TyperGroup
from typer.testing import CliRunner

from api.cli.main import app
from benchmarks.folders import RESULTS, ROOT
from benchmarks.paths.docs import render_world_table
from benchmarks.prerequisites.compare import render_mining_table
from benchmarks.registry import find_command
from graph.analysis.ready import list_questions
from models.evaluation.advice import FAMILY_NEEDS, NEED_LABELS
from models.policies.strategies import STRATEGIES
from services.settings import Settings

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK_PATTERN = re.compile(r"(<!-- figures ([\w-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
LAYERS = ("cypher", "graph", "models", "services", "api", "benchmarks")
COMMAND_GROUPS = {
    "see it, run it": ("demo", "serve", "db"),
    "courses in and out": ("courses", "import", "export", "lint"),
    "curation": ("propose", "review", "graph", "rebuild", "browser"),
    "analysis": ("ask", "tables"),
    "learners": ("learner", "diagnostic", "mastery", "history", "skip"),
    "recommendations": ("recommend", "dismiss", "path", "outcome"),
    "training and evaluation": ("train", "evaluate", "advise", "strategies", "learners"),
}
"""The commands of `lodestar` by what they are for."""
BASELINES = ("random", "popularity", "curriculum", "mastery", "zpd", "greedy", "needed", "bandit")
RANKER_COLUMNS = {
    "ndcg10": ("NDCG@10", ".4f"),
    "hit10": ("HitRate@10", ".3f"),
    "mrr": ("MRR", ".3f"),
    "ndcg10_above": ("NDCG over the one before (peers: over ours), 95 %", "+.3f"),
    "cold_learner_ndcg10": ("cold learners", ".3f"),
    "cold_item_ndcg10": ("cold items", ".3f"),
    "coverage": ("coverage", ".2f"),
    "novelty": ("novelty, bits", ".1f"),
    "diversity": ("diversity", ".2f"),
    "calibration": ("calibration error", ".3f"),
    "train_s": ("train s", ".1f"),
    "recommend_ms": ("recommend ms", ".2f"),
    "memory_mib": ("MiB", ".0f"),
}
HORIZON_COLUMNS = {
    "take_up": ("taken up", ".3f"),
    "events": ("events", ".1f"),
    "minutes": ("minutes", ".0f"),
    "left": ("left early", ".2f"),
    "ep": ("E_p", ".3f"),
    "retained": ("retained after 30 days", ".3f"),
}
CONTENT_PARTS = ("all", "warm_items", "cold_items", "cold_learners")
COURSE_STRATEGIES = (*BASELINES, "q", "ppo", "no_graph", "lodestar")


def main() -> None:
    """Bring every document up to date."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        if fill_blocks(text) != text:
            document.write_text(fill_blocks(text), encoding="utf-8")
            print(f"updated {document.relative_to(ROOT)}")


def fill_blocks(text: str) -> str:
    """The document with every block made from today's results."""
    return BLOCK_PATTERN.sub(lambda block: f"{block[1]}{render_block(block[2])}{block[3]}", text)


def render_block(name: str) -> str:
    """One block."""
    written = {
        "tree": render_package_tree,
        "modules": render_module_list,
        "groups": render_command_groups,
        "settings": render_settings_table,
        "cli": cli,
        "analyses": render_query_table,
        "strategies": render_strategy_table,
        "results": results,
    }
    if name in written:
        return "\n".join([*written[name](), ""])
    benchmark, _, course = name.partition("-")
    path = RESULTS / f"{benchmark}.json"
    if not path.exists():
        return f"not measured yet: `{find_command(benchmark)}`\n"
    result = json.loads(path.read_text(encoding="utf-8"))
    kinds = {
        "courses": render_course_table,
        "learners": render_learner_model_table,
        "cat": render_diagnostic_table,
        "recommenders": render_ranker_table,
        "paths": render_world_table,
        "content": content,
        "population": population,
    }
    if benchmark == "prerequisites" and course:
        lines = render_mining_table(result, course)
    else:
        lines = kinds[benchmark](result["figures"], course) if course else render_figure_list(result["figures"])
    return "\n".join([*lines, "", _source(benchmark, result), ""])


def render_figure_list(figures: Mapping[str, float]) -> list[str]:
    """Name and value, a line each."""
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value:,.6g} |" for name, value in figures.items())]


def render_course_table(figures: Mapping[str, float], course: str) -> list[str]:
    """Return the table of the strategies on one course."""
    lines = ["| strategy | E_p | goal reached | steps to goal | violations | diversity |", "|---|---|---|---|---|---|"]
    for rung in COURSE_STRATEGIES:
        start = f"{course}.{rung}."
        own = {name.removeprefix(start): value for name, value in figures.items() if name.startswith(start)}
        if own:
            lines.append(
                f"| {rung} | {own['ep']:.3f} ± {own['ep_sd']:.3f} | {own['reached']:.0%} "
                f"| {own['steps']:.1f} ± {own['steps_sd']:.1f} | {own['violations']:.0f} | {own['diversity']:.2f} |"
            )
    return lines


def render_learner_model_table(figures: Mapping[str, float], data: str) -> list[str]:
    """The learner models on one data set, and the peers measured beside them; the best AUC first."""
    found: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        model, _, figure = name.removeprefix(f"{data}.").rpartition(".")
        if name.startswith(f"{data}."):
            found.setdefault(model, {})[figure] = value
    columns = ("accuracy", "rmse", "log_loss", "calibration")
    lines = ["| model | AUC | accuracy | RMSE | log loss | calibration | fit s | update ms |", "|" + "---|" * 8]
    for model, own in sorted(found.items(), key=lambda pair: -pair[1].get("auc", 0.0)):
        if "auc" in own:
            area = f"{own['auc']:.4f}" + (f" ± {own['auc_sd']:.4f}" if "auc_sd" in own else "")
            scores = [f"{own[column]:.4f}" if column in own else "" for column in columns]
            times = [f"{own[name]:.3g}" if name in own else "" for name in ("fit_s", "update_ms")]
            lines.append(f"| {' | '.join([model, area, *scores, *times])} |")
    return lines


def render_diagnostic_table(figures: Mapping[str, float], course: str) -> list[str]:
    """Ways to ask and to estimate on one course, by population."""
    lines = [
        "| learners | questions | RMSE on the way | over the course | as estimated by itself |",
        "|---|---|---|---|---|",
    ]
    for name, value in figures.items():
        start, _, figure = name.rpartition(".")
        if start.startswith(f"{course}.") and figure == "error":
            kind, asked = start.split(".")[1:]
            spread, whole, told = (figures[f"{start}.{other}"] for other in ("error_sd", "error_course", "told"))
            words = asked.replace("_", " ")
            lines.append(f"| {kind} | {words} | {value:.3f} ± {spread:.3f} | {whole:.3f} | {told:.3f} |")
    return lines


def render_ranker_table(figures: Mapping[str, float], data: str) -> list[str]:
    """Return the table of the rankers on one log, peers last; of `horizons` take-up and what is retained."""
    found = _by_name(figures, data)
    columns = HORIZON_COLUMNS if data == "horizons" else RANKER_COLUMNS
    said = {name: column for name, column in columns.items() if any(name in own for own in found.values())}
    lines = [
        f"| {'strategy' if data == 'horizons' else 'ranker'} | {' | '.join(label for label, _ in said.values())} |",
        "|" + "---|" * (len(said) + 1),
    ]
    for rung, own in sorted(found.items(), key=lambda pair: pair[0].startswith("peer.")):
        cells = [_cell(own, name, form) for name, (_, form) in said.items()]
        lines.append(f"| {rung} | {' | '.join(cells)} |")
    return lines


def content(figures: Mapping[str, float], trial: str) -> list[str]:
    """NDCG@10 of content-based and hybrid rankers on one log and split, the mean over the seeds; the best first."""
    data, _, split = trial.rpartition("-")
    pattern = re.compile(rf"{data}(?:\.\d+)?\.{split}\.(.+?)(?:\.({'|'.join(CONTENT_PARTS[1:])}))?\.ndcg10")
    found: dict[str, dict[str, list[float]]] = {}
    for name, value in figures.items():
        if match := pattern.fullmatch(name):
            found.setdefault(match[1], {}).setdefault(match[2] or "all", []).append(value)
    parts = [part for part in CONTENT_PARTS if any(part in own for own in found.values())]
    lines = [f"| ranker | {' | '.join(part.replace('_', ' ') for part in parts)} |", "|" + "---|" * (len(parts) + 1)]
    for ranker, own in sorted(found.items(), key=lambda entry: -fmean(entry[1]["all"])):
        cells = [f"{fmean(own[part]):.4f}" if part in own else "" for part in parts]
        lines.append(f"| {ranker.replace('.', ' ')} | {' | '.join(cells)} |")
    return lines


def population(figures: Mapping[str, float], data: str) -> list[str]:
    """What the simulator's constants predict on one log, and what they come to where they were fitted to it."""
    found = _by_name(figures, data)
    spreads = {f"{name}_sd" for own in found.values() for name in own}
    columns = list(dict.fromkeys(name for own in found.values() for name in own if name not in spreads))
    lines = [f"| constants | {' | '.join(columns)} |", "|" + "---|" * (len(columns) + 1)]
    return lines + [
        f"| {row} | {' | '.join(_cell(own, column, '.3f') for column in columns)} |" for row, own in found.items()
    ]


def results() -> list[str]:
    """Every file of results with how much stands in it, and how, where and when it was measured."""
    lines = ["| results | figures | seeds | machine | date |", "|---|---|---|---|---|"]
    for path in sorted(RESULTS.glob("*.json")):
        if not path.name.endswith(".quick.json"):
            result = json.loads(path.read_text(encoding="utf-8"))
            link = f"[{path.stem}](../{path.relative_to(ROOT).as_posix()})"
            cells = [link, f"{len(result['figures']):,}", str(result["settings"].get("seeds", ""))]
            lines.append(f"| {' | '.join([*cells, result['machine'], result['started'][:10]])} |")
    return lines


def _by_name(figures: Mapping[str, float], data: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        rung, _, figure = name.removeprefix(f"{data}.").rpartition(".")
        if name.startswith(f"{data}.") and rung:
            found.setdefault(rung, {})[figure] = value
    return found


def _cell(own: Mapping[str, float], name: str, form: str) -> str:
    if name not in own:
        return ""
    spread = f" ± {own[f'{name}_sd']:{form}}" if f"{name}_sd" in own else ""
    low, high = (own.get(f"{name}_{end}") for end in ("low", "high"))
    between = f" ({low:{form}} to {high:{form}})" if low is not None and high is not None else ""
    return f"{own[name]:{form}}{spread}{between}"


def render_strategy_table() -> list[str]:
    """Every strategy with its family and what the family needs."""
    lines = ["| strategy | family | what it is | what its family needs |", "|---|---|---|---|"]
    for name, entry in STRATEGIES.items():
        told = [
            f"{value:.0%} of {NEED_LABELS[key]}"
            if key == "described"
            else f"{value:,} {NEED_LABELS.get(key, key.replace('_', ' '))}"
            for key, value in asdict(FAMILY_NEEDS[entry.family]).items()
            if key not in ("care", "why") and value
        ]
        lines.append(f"| `{name}` | {entry.family} | {entry.about} | {', '.join(told) or 'nothing'} |")
    return lines


def render_package_tree() -> list[str]:
    """Return every package, indented below the one that holds it, with the first sentence of its docstring."""
    rows = []
    for layer in LAYERS:
        for package in sorted((ROOT / layer).rglob("__init__.py")):
            *above, name = package.parent.relative_to(ROOT).parts
            rows.append((f"{'  ' * len(above)}{name}/", _summary(package)))
    width = max(len(name) for name, _ in rows) + 2
    return ["```", *(f"{name.ljust(width)}{summary}" for name, summary in rows), "```"]


def render_module_list() -> list[str]:
    """Return every package as a heading, with a table of its modules; of cypher/ the folders and their queries."""
    folders = sorted({path.parent for path in (ROOT / "cypher").rglob("*.cypher")})
    lines = ["## cypher", "", _summary(ROOT / "cypher" / "__init__.py"), "", "| folder | queries |", "|---|---|"]
    for folder in folders:
        name = folder.relative_to(ROOT).as_posix()
        lines.append(f"| [{name}](../{name}) | {len(list(folder.glob('*.cypher')))} |")
    for layer in LAYERS[1:]:
        for package in sorted((ROOT / layer).rglob("__init__.py")):
            name = package.parent.relative_to(ROOT).as_posix()
            modules = [path for path in sorted(package.parent.glob("*.py")) if path != package]
            lines += ["", f"## {name}", "", _summary(package)]
            if modules:
                lines += ["", "| module | what it is |", "|---|---|"]
                lines += [f"| [{path.name}](../{name}/{path.name}) | {_summary(path)} |" for path in modules]
    return lines


def _summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def render_command_groups() -> list[str]:
    """Return the groups of commands, each command with a link to its reference."""
    lines = ["| for | `lodestar` … |", "|---|---|"]
    return lines + [
        f"| {group} | {', '.join(f'[`{name}`](docs/cli.md#lodestar-{name})' for name in names)} |"
        for group, names in COMMAND_GROUPS.items()
    ]


def list_commands() -> list[str]:
    """Return every command with the names of its groups: `lodestar graph log`."""
    return sorted(name for name, _ in _walk(typer.main.get_command(app), "lodestar"))


def cli() -> list[str]:
    """Every command with its help, arguments and options, as `typer utils docs` writes them.

    Its lists of commands cut each summary short; here they have the whole one and lead to the command.
    """
    done = CliRunner().invoke(typer.cli.app, ["api.cli.main", "utils", "docs", "--name", "lodestar"])
    if done.exit_code:
        raise RuntimeError(f"typer utils docs failed: {done.output}") from done.exception
    summaries = dict(_summaries(typer.main.get_command(app), "lodestar"))
    group, lines = "lodestar", []
    for line in done.stdout.replace("&#x27;", "'").replace("&quot;", '"').strip().splitlines()[1:]:
        if heading := re.fullmatch(r"#+ `(.+)`", line):
            group = heading[1]
        if (entry := re.match(r"\* `([a-z-]+)`: ", line)) and (name := f"{group} {entry[1]}") in summaries:
            line = f"* [`{entry[1]}`](#{name.replace(' ', '-')}): {summaries[name]}"
        lines.append(line)
    return lines


def _summaries(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every command and group of commands with the first paragraph of its help."""
    yield name, " ".join((command.help or "").partition("\n\n")[0].split())
    if isinstance(command, TyperGroup):
        context = typer.Context(command)
        for inner in command.list_commands(context):
            yield from _summaries(command.get_command(context, inner), f"{name} {inner}")


ACCOUNT_DEFAULTS = {
    "home": "the account's data folder, e.g. `~/.local/share/lodestar`",
    "cache": "the account's cache folder, e.g. `~/.cache/lodestar`",
    "config": "the account's configuration folder, e.g. `~/.config/lodestar`",
    "author": "the account's name",
}
"""Defaults that differ from machine to machine, in words."""


def render_settings_table() -> list[str]:
    """Return every setting with its default and what it is for."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = ACCOUNT_DEFAULTS.get(name) or ("" if value in (None, "") else f"`{value}`")
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        among = f" One of {', '.join(choices)}." if choices else ""
        lines.append(f"| `{field.alias or name.upper()}` | {default} | {field.description}{among} |")
    return lines


def render_query_table() -> list[str]:
    """Every ready query for analysts."""
    lines = ["| query | what it answers | parameters |", "|---|---|---|"]
    return lines + [f"| `{each.name}` | {each.summary} | {', '.join(each.params)} |" for each in list_questions()]


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    context = typer.Context(command)
    for inner in command.list_commands(context):
        yield from _walk(command.get_command(context, inner), f"{name} {inner}")


def _source(benchmark: str, result: dict[str, Any]) -> str:
    plain = {key: value for key, value in result["settings"].items() if not isinstance(value, dict)}
    settings = [f"{key} {value}" for key, value in plain.items() if key != "quick"]
    return ", ".join([f"`{find_command(benchmark)}`", *settings, result["machine"], result["started"][:10]])


if __name__ == "__main__":
    main()
