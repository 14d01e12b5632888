"""The rules of the code's shape that a reader may rely on: direction, doors, no circles, names that mean one thing."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["cypher", "graph", "models", "services", "api"]
SOURCES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
DOORS = {"neo4j": "graph", "torch": "models", "fastapi": "api", "typer": "api"}
SETTINGS = "services.settings"
TWO_LAYERS = {"Course"}
"""One concept at two layers, as docs/glossary.md says: the label that py2neo sees, and the arrays of the models."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in SOURCES}
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported_names(path: Path) -> list[tuple[str, str | None]]:
    """(module, name) pairs that a file imports; the name is None where the module itself is imported."""
    found: list[tuple[str, str | None]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.append((inner, None) if inner in MODULES else (node.module, alias.name))
    return found


def internal_imports(path: Path) -> set[str]:
    return {module for module, _ in imported_names(path) if module in MODULES} - {module_name(path)}


@cache
def top_level_names(path: Path) -> set[str]:
    """The names that a module defines itself."""
    names: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_one_way(path):
    layer = LAYERS.index(module_name(path).split(".")[0])
    later = {name for name in internal_imports(path) if LAYERS.index(name.split(".")[0]) > layer}
    assert not later, f"{path} reaches up to {later}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_module_says_what_it_is(path):
    assert ast.get_docstring(tree(path)), f"{path} has no docstring"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_each_library_has_one_door(path):
    for library, layer in DOORS.items():
        if any(module.split(".")[0] == library for module, _ in imported_names(path)):
            assert module_name(path).split(".")[0] == layer, f"{path} imports {library}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_names_are_imported_from_where_they_are_defined(path):
    elsewhere = [
        f"{module}.{name}"
        for module, name in imported_names(path)
        if module in MODULES and name is not None and name not in top_level_names(MODULES[module])
    ]
    assert not elsewhere, f"{path} imports {elsewhere}, which these modules do not define"


def test_a_public_class_name_means_one_class():
    classes = defaultdict(list)
    for name, path in MODULES.items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(name)
    twice = {name: modules for name, modules in classes.items() if len(modules) > 1 and name not in TWO_LAYERS}
    assert not twice, twice


def test_environment_variables_are_read_in_one_place():
    readers = {
        module_name(path) for path in SOURCES if re.search(r"\benviron\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    }
    assert readers <= {SETTINGS}, readers


def room(module: str) -> str:
    """The package of a module; a module that lies beside packages stands for itself."""
    package = module if module in PACKAGES else module.rpartition(".")[0]
    has_packages = any(name.startswith(f"{package}.") for name in PACKAGES)
    return module if has_packages else package


def test_neither_files_nor_packages_import_in_circles():
    files = networkx.DiGraph((module_name(path), name) for path in SOURCES for name in internal_imports(path))
    assert networkx.is_directed_acyclic_graph(files), list(networkx.simple_cycles(files))
    rooms = networkx.DiGraph((room(a), room(b)) for a, b in files.edges if room(a) != room(b))
    assert networkx.is_directed_acyclic_graph(rooms), list(networkx.simple_cycles(rooms))
