"""Every query file keeps its contract, and every contract breach is told with file and line."""

import re
from pathlib import Path

import pytest

from graph import queries
from graph.queries import parse_query
from graph.query_parts import BadQuery

ROOT = Path(__file__).parent.parent.parent
HEADER = "// Says hello.\n// params: name STRING\n// returns: greeting\n// access: read\n"


@pytest.mark.parametrize("name", queries.list_query_names())
def test_every_file_keeps_its_contract(name):
    assert queries.load_query(name).summary


def test_every_query_is_asked_for_somewhere_and_every_asked_query_exists():
    text = "\n".join(path.read_text() for layer in ("graph", "api") for path in (ROOT / layer).rglob("*.py"))
    asked = set(re.findall(r"\"([a-z_]+/[a-z_]+)\"", text))
    listed = ("analyze/", "browse/", "lint/")
    own = {name for name in queries.list_query_names() if not name.startswith(listed)}
    assert own <= asked, f"never asked for: {sorted(own - asked)}"


def test_a_good_file():
    query = parse_query("x", HEADER + "RETURN 'hello, $you ' + $name AS greeting")
    assert query.params == {"name": "STRING"} and query.returns == ("greeting",) and not query.writes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RETURN 1 AS one", "lacks `params:`"),
        (HEADER + "RETURN 1 AS greeting", r"x\.cypher:2: declares \['name'\], uses \[\]"),
        (HEADER + "RETURN $name AS hello", r"x\.cypher:3: 'greeting' is not returned"),
        (HEADER + "CREATE (n {name: $name}) RETURN n AS greeting", r"x\.cypher:4: declared read"),
        (HEADER.replace("STRING", "TEXT") + "RETURN $name AS greeting", r"x\.cypher:2: parameter 'name' needs"),
        (HEADER.replace("read", "all") + "RETURN $name AS greeting", r"x\.cypher:4: access is"),
    ],
)
def test_breaches_are_told(text, message):
    with pytest.raises(BadQuery, match=message):
        parse_query("x", text)


def test_arguments_are_checked():
    with pytest.raises(BadQuery, match=r"missing \['name'\], unexpected \['nmae'\]"):
        parse_query("x", HEADER + "RETURN $name AS greeting").check_arguments({"nmae": 1})


def test_a_header_may_say_more():
    query = parse_query("x", HEADER + "// severity: error\n// fix: greet\n//   anew\nRETURN $name AS greeting")
    assert query.more == {"severity": "error", "fix": "greet anew"}
