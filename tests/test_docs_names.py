"""Names in the documents exist: dotted names, paths, commands of the benchmarks, classes, make targets and settings."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks import docs
from services.settings import Settings

ROOT = docs.ROOT
TOP = ("cypher", "graph", "models", "services", "api", "benchmarks", "tests", "docs", "examples")
DOCUMENTS = sorted({*docs.DOCUMENTS, *ROOT.glob("*.md")})
PATH_PATTERN = re.compile(rf"(?<![\w/.:-])(?:{'|'.join(TOP)})(?:/[\w.*-]+)+")
DOTTED_PATTERN = re.compile(rf"(?<![\w/.-])(?:{'|'.join(TOP[1:7])})(?:\.\w+)+(?![\w/])")
COMMAND_PATTERN = re.compile(r"python -m (benchmarks[\w.]*)")
PLACEHOLDER = re.compile(r"NAME|FOLDER|DOMAIN|MODULE")
ATTRIBUTES = {"graph.read", "graph.write", "graph.json", "api.request", "api.rss_mib"}
"""Calls of an object in an example, Metacademy's file and a figure, which are no names of modules."""


def read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@cache
def defined_names(path: Path) -> set[str]:
    """Names that a module defines at its top level."""
    names: set[str] = set()
    for node in ast.parse(read(path)).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names


def exists(dotted: str) -> bool:
    """Whether a dotted name is a package, a module, or defined at the top level of a module."""
    path = ROOT.joinpath(*dotted.split("."))
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    module, _, name = dotted.rpartition(".")
    home = ROOT.joinpath(*module.split("."))
    source = home.with_suffix(".py") if home.with_suffix(".py").exists() else home / "__init__.py"
    return source.exists() and name in defined_names(source)


@cache
def words_of_the_code() -> frozenset[str]:
    """Every word in the source of the product and the benchmarks."""
    sources = (path for folder in TOP[1:6] for path in (ROOT / folder).rglob("*.py"))
    return frozenset(word for path in sources for word in re.findall(r"\w+", read(path)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths_exist(document):
    found = {name.rstrip(".") for name in PATH_PATTERN.findall(read(document)) if not PLACEHOLDER.search(name)}
    gone = sorted(name for name in found if not list(ROOT.glob(name)))
    assert not gone, f"{document.name} names {gone}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_folders_of_paths_with_a_placeholder_exist(document):
    found = {name for name in PATH_PATTERN.findall(read(document)) if PLACEHOLDER.search(name)}
    folders = {name: name[: PLACEHOLDER.search(name).start()].rpartition("/")[0] for name in found}
    gone = sorted(name for name, folder in folders.items() if not (ROOT / folder).is_dir())
    assert not gone, f"{document.name} names {gone}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_dotted_names_exist(document):
    found = set(DOTTED_PATTERN.findall(read(document))) - ATTRIBUTES
    gone = sorted(name for name in found if not PLACEHOLDER.search(name) and not exists(name))
    assert not gone, f"{document.name} names {gone}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_of_the_benchmarks_can_be_run(document):
    for module in set(COMMAND_PATTERN.findall(read(document))):
        if PLACEHOLDER.search(module):
            continue
        folder = ROOT.joinpath(*module.rstrip(".").split("."))
        path = folder / "__main__.py" if folder.is_dir() else folder.with_suffix(".py")
        assert path.exists(), f"{document.name} says python -m {module}"
        assert 'if __name__ == "__main__"' in read(path), f"{module} is no command"


@cache
def environment_variables() -> frozenset[str]:
    """The variables that the settings read, and those that the tests read."""
    fields = Settings.model_fields.items()
    names = {name.upper() for name, _ in fields} | {str(field.alias) for _, field in fields}
    for path in (ROOT / "tests").rglob("*.py"):
        names.update(re.findall(r"LODESTAR_[A-Z0-9_]+", read(path)))
    return frozenset(names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_of_lodestar_exist(document):
    known = {name for names in docs.COMMAND_GROUPS.values() for name in names}
    code = "\n".join(re.findall(r"`[^`\n]+`|^ {4}.*$|^lodestar .*$", read(document), re.MULTILINE))
    for word in re.findall(r"\blodestar ([a-z]+)\b", code):
        assert word in known, f"{document.name} says lodestar {word}"


def test_names_of_the_glossary_exist():
    text = read(ROOT / "docs" / "glossary.md")
    names = set(DOTTED_PATTERN.findall(text))
    assert len(names) > 80
    assert not sorted(name for name in names if not exists(name))


def test_every_term_of_the_glossary_stands_once():
    text = read(ROOT / "docs" / "glossary.md")
    terms = re.findall(r"^\| ([^|]+?) \| [^|]+ \| `[^|]+ \|$", text, re.MULTILINE)
    assert len(terms) > 60
    assert len(terms) == len(set(terms))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_classes_exist(document):
    """Backticked names in CamelCase, outside of blocks of code, are words of the code or of the graph."""
    text = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    named = {name for code in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", code)}
    queries = "\n".join(read(path) for path in (ROOT / "cypher").rglob("*.cypher"))
    gone = sorted(name for name in named - words_of_the_code() if name not in queries)
    assert not gone, f"{document.name} names {gone}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_exist(document):
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z][a-z-]+)", read(document), re.MULTILINE))
    assert named <= targets, f"{document.name} names {sorted(named - targets)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_environment_variables_exist(document):
    named = set(re.findall(r"\b(?:LODESTAR|NEO4J)_[A-Z0-9_]+\b|\bLEARNER_MODEL\b", read(document)))
    assert named <= environment_variables(), f"{document.name} names {sorted(named - environment_variables())}"


def test_the_readme_stays_short():
    assert len(read(ROOT / "README.md").splitlines()) <= 200
