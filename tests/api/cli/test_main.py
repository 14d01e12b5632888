"""The command as a whole: every command is found, and none imports more than it needs."""

import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from api.cli import main

HEAVY = ("torch", "fastapi", "matplotlib")
LIGHT = ["database", "courses", "revisions", "proposals", "analysis"]


def test_a_module_registers_what_it_is_listed_with():
    commands = typer.main.get_command(main.app)
    context = typer.Context(commands)
    for names in main.MODULES.values():
        assert [commands.get_command(context, name).name for name in names] == list(names)
    assert commands.get_command(context, "nothing") is None


def test_an_unknown_command_is_told():
    told = CliRunner().invoke(main.app, ["lnt"])
    assert told.exit_code == 2 and "No such command 'lnt'" in told.output


@pytest.fixture(scope="module")
def heavy_after() -> dict[str, list[str]]:
    """What a fresh process has of HEAVY after each module of LIGHT, imported one after the other."""
    code = f"""
import json, sys
from importlib import import_module
import api.cli.main
found = {{}}
for module in {LIGHT}:
    import_module(f"api.cli.{{module}}")
    found[module] = [name for name in {HEAVY} if name in sys.modules]
print(json.dumps(found))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("module", LIGHT)
def test_who_looks_after_a_course_does_not_wait_for_torch(module, heavy_after):
    assert heavy_after[module] == []
