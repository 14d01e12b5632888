"""The rules of the code's shape that a reader may rely on: direction, doors, sizes, docstrings."""

import ast
import re
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["cypher", "graph", "models", "api"]
SOURCES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
DOORS = {"neo4j": "graph", "torch": "models", "fastapi": "api", "typer": "api"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path) for path in SOURCES}


@cache
def imports(path: Path) -> frozenset[str]:
    """The dotted names that a file imports; `from a import b` counts as a.b where that is a module, else as a."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in inner}
    return frozenset(found)


@cache
def internal(path: Path) -> frozenset[str]:
    return frozenset(name for name in imports(path) if name in MODULES) - {module_name(path)}


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_one_way(path):
    layer = LAYERS.index(module_name(path).split(".")[0])
    later = {name for name in internal(path) if LAYERS.index(name.split(".")[0]) > layer}
    assert not later, f"{path} reaches up to {later}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_module_is_small_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
    assert len(internal(path)) <= 5, f"{path} imports {sorted(internal(path))}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_each_library_has_one_door(path):
    for library, layer in DOORS.items():
        if any(name.split(".")[0] == library for name in imports(path)):
            assert module_name(path).split(".")[0] == layer, f"{path} imports {library}"


def test_environment_variables_are_read_in_one_place():
    readers = {
        module_name(path) for path in SOURCES if re.search(r"\benviron\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"api.settings"}, readers


def test_no_cycles():
    graph = networkx.DiGraph((module_name(path), name) for path in SOURCES for name in internal(path))
    assert networkx.is_directed_acyclic_graph(graph), list(networkx.simple_cycles(graph))
