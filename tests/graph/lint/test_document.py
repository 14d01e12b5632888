"""docs/linting.md says of every check what its query's header says."""

from pathlib import Path

from graph.lint.findings import REACH_CHECKS, REFUSED_ROWS, list_checks

DOCUMENT = Path(__file__).parents[3] / "docs" / "linting.md"


def test_the_table_is_what_the_headers_say():
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("<!-- checks -->\n")[2].partition("<!-- /checks -->")[0]
    rows = [
        f"| {each.name} | {each.severity} | {each.summary} | {each.fix} |"
        for each in (REFUSED_ROWS, *REACH_CHECKS, *list_checks())
    ]
    assert table.splitlines()[2:] == rows
