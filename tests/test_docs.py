"""The documents do not lag behind the code and the results: tree, commands, figures, links."""

import re

import pytest

from benchmarks import tables


@pytest.mark.parametrize("document", tables.DOCUMENTS, ids=lambda path: path.name)
def test_what_is_repeated_is_up_to_date(document):
    text = document.read_text(encoding="utf-8")
    assert tables.filled(text) == text, "run: python -m benchmarks.tables"


@pytest.mark.parametrize("document", tables.DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"
