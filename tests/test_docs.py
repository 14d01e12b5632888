"""The documents do not lag behind the code and the results: tree, commands, figures, links."""

import re

import pytest

from benchmarks import docs


@pytest.mark.parametrize("document", docs.DOCUMENTS, ids=lambda path: path.name)
def test_what_is_repeated_is_up_to_date(document):
    text = document.read_text(encoding="utf-8")
    assert docs.fill_blocks(text) == text, "run: python -m benchmarks.docs"


@pytest.mark.parametrize("document", docs.DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_command_is_in_its_reference():
    text = (docs.ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    commands = docs.list_commands()
    assert len(commands) > 30
    assert set(commands) <= set(re.findall(r"^#+ `(lodestar [a-z -]+)`$", text, re.MULTILINE))


def test_every_result_is_among_the_measurements():
    text = (docs.ROOT / "docs" / "measurements.md").read_text(encoding="utf-8")
    shown = {name.partition("-")[0] for name in re.findall(r"<!-- figures ([\w-]+) -->", text)}
    assert {path.stem for path in docs.RESULTS.glob("*.json") if ".quick" not in path.name} <= shown


def test_every_command_is_in_one_group():
    grouped = [name for names in docs.COMMAND_GROUPS.values() for name in names]
    assert sorted(grouped) == sorted({name.split()[1] for name in docs.list_commands()})
