"""The command as a whole: every command is found, and none imports more than it needs."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from api.cli import main

HEAVY = ("torch", "fastapi", "matplotlib")
LIGHT = ("db", "browse", "course", "lint", "versions", "review", "ask")


def test_a_module_registers_what_it_is_listed_with():
    commands = typer.main.get_command(main.app)
    context = typer.Context(commands)
    for names in main.MODULES.values():
        assert [commands.get_command(context, name).name for name in names] == list(names)
    assert commands.get_command(context, "nothing") is None


def test_an_unknown_command_is_told():
    told = CliRunner().invoke(main.app, ["lnt"])
    assert told.exit_code == 2 and "No such command 'lnt'" in told.output


@pytest.mark.parametrize("module", LIGHT)
def test_who_looks_after_a_course_does_not_wait_for_torch(module):
    code = f"import sys, api.cli.main, api.cli.{module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
