"""The list of benchmarks: complete, with a summary of each, and run by `python -m benchmarks`."""

import subprocess
import sys

import pytest

from benchmarks.__main__ import QuickRun, summarise_run
from benchmarks.folders import BENCHMARKS as FOLDER
from benchmarks.folders import DATA, EXAMPLES, PICTURES, RESULTS, ROOT
from benchmarks.registry import BENCHMARKS, find_command


def test_every_module_with_a_quick_version_is_listed():
    texts = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*/*.py")}
    quick = {f"{path.parent.name}.{path.stem}" for path, text in texts.items() if '"--quick"' in text}
    assert quick == {benchmark.module for benchmark in BENCHMARKS}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.module)
def test_a_benchmark_says_what_it_measures_and_its_own_command(benchmark):
    text = (FOLDER / f"{benchmark.module.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert f"{benchmark.command} [" in text.partition("\n")[0]
    assert benchmark.read_summary()
    assert "`" not in benchmark.read_summary().replace("`Population`", "")


def test_every_committed_result_has_a_command():
    for path in RESULTS.glob("*.json"):
        if not path.name.endswith(".quick.json"):
            assert find_command(path.stem).startswith("python -m benchmarks.")


def test_of_two_with_one_result_the_command_is_of_the_whole():
    assert find_command("paths") == "python -m benchmarks.paths.compare"


def test_folders_are_where_the_project_has_them():
    assert (ROOT / "pyproject.toml").exists()
    assert (EXAMPLES / "english").is_dir()
    assert PICTURES.is_dir()
    assert DATA.parts[-2:] == ("shared", "data")


def test_the_command_lists_and_refuses_unknown_names():
    command = [sys.executable, "-m", "benchmarks", "--only"]
    shown = subprocess.run([*command, "paths"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[0].split(maxsplit=3)[:3] == ["python", "-m", "benchmarks.paths.course_compare"]
    refused = subprocess.run([*command, "nobody"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "python -m benchmarks" in refused.stderr


def test_a_summary_line_has_state_seconds_and_what_was_left_out():
    line = summarise_run(BENCHMARKS[0], QuickRun(0, 12.34, ["catsim: not installed"]))
    assert line.split() == ["ok", "12.3", "s", "assessment.cat", "catsim:", "not", "installed"]
    assert summarise_run(BENCHMARKS[0], QuickRun(1, 1, [])).startswith("failed")
