"""A query takes in shared parts, mistakes are told with file and line, and the numbers in parts are those of Python."""

import math
import re
from pathlib import Path

import pytest

from graph import queries
from graph.courses.records import ROLE_IMPORTANCE
from graph.learners.practice import FORGET_AFTER_DAYS, FORGETTING, NO_ANSWERS, decayed
from graph.query_parts import BadQuery, Parts, shared_parts
from models.course import Thresholds
from models.knowledge_tracing.state import Rates, decay_level

ROOT = Path(__file__).parent.parent.parent
HEADER = "// Says something.\n// params: now DATETIME\n// returns: found\n// access: read\n"


def part(params: str, text: str, returns: str = "FLOAT") -> str:
    return f"// A part.\n// params: {params}\n// returns: {returns}\n{text}\n"


def written(text: str, **parts: str) -> str:
    """The query below its header, parts written out."""
    return queries.parse_query("x", f"{HEADER}{text}", Parts(parts)).text.removeprefix(HEADER)


def test_arguments_take_the_place_of_parameters():
    days = part("from DATETIME, to DATETIME", "duration.inDays($from, $to).days")
    text = written("MATCH (m) RETURN parts.days(m.at, $now) AS found", days=days)
    assert text == "MATCH (m) RETURN (duration.inDays(m.at, $now).days) AS found"


@pytest.mark.parametrize(
    ("body", "argument", "expected"),
    [
        ("coalesce($x, 0.5)", "n.level", "coalesce(n.level, 0.5)"),
        ("$x * 2", "n.level", "(n.level * 2)"),
        ("abs($x * 2)", "n.a + n.b", "abs((n.a + n.b) * 2)"),
        ("abs($x)", "size([1, 2])", "abs(size([1, 2]))"),
        ("CASE WHEN $x THEN 1 END", "n.a IN ['a, (b', n.b]", "CASE WHEN (n.a IN ['a, (b', n.b]) THEN 1 END"),
        ("EXISTS { ($x)-->(other) }", "n", "EXISTS { (n)-->(other) }"),
        ("$x + ' costs $x'", "n.a", "(n.a + ' costs $x')"),
        ("{a: $x}.a", "n.a", "({a: n.a}.a)"),
    ],
)
def test_brackets_keep_what_belongs_together(body, argument, expected):
    found = written(f"MATCH (n) WHERE n.at < $now RETURN parts.p({argument}) AS found", p=part("x FLOAT", body))
    assert found == f"MATCH (n) WHERE n.at < $now RETURN {expected} AS found"


def test_parts_take_in_parts_and_arguments_may_be_calls():
    half, twice = part("x FLOAT", "half($x)"), part("y FLOAT", "twice(parts.half($y))")
    query = queries.parse_query(
        "x", f"{HEADER}RETURN parts.twice(parts.half($now)) AS found", Parts(dict(half=half, twice=twice))
    )
    assert query.text.endswith("RETURN twice(half(half($now))) AS found")
    assert query.parts == {"half", "twice"}


def test_lines_are_as_deep_as_the_line_of_the_call():
    text = "CALL (n) {\n  parts.rows(n)\n}\nRETURN $now AS found, one"
    rows = part("n NODE", "MATCH ($n)-->(m)\nRETURN m AS one", "one")
    assert written(f"MATCH (n)\n{text}", rows=rows) == f"MATCH (n)\n{text}".replace(
        "  parts.rows(n)", "  MATCH (n)-->(m)\n  RETURN m AS one"
    )


def test_comments_and_quotes_are_left_alone():
    text = "\n// see parts.p(1)\nRETURN 'parts.p(1)' AS found, $now, n.parts.p"
    assert written(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RETURN $now,\n  parts.nobody(1) AS found", r"^x\.cypher:6: there is no part cypher/parts/nobody\.cypher"),
        ("RETURN parts.half(1, 2) AS found", r"^x\.cypher:5: parts\.half takes x, and 2 arguments are given"),
        ("RETURN parts.half() AS found", r"^x\.cypher:5: parts\.half takes x, and 0 arguments are given"),
        ("RETURN parts.half(1,) AS found", r"^x\.cypher:5: parts\.half takes x, and 1 arguments are given"),
        ("RETURN parts.half AS found", r"^x\.cypher:5: parts\.half needs brackets"),
        ("RETURN parts.half(size([1) AS found", r"^x\.cypher:5: the bracket of parts\.half is not closed"),
        ("RETURN abs(\n parts.half(\n parts.half())) AS found", r"^x\.cypher:7: parts\.half takes x"),
        ("RETURN parts.one(1) AS found", r"^parts/(one|two)\.cypher:4: parts go in a circle: one → two → one"),
        ("RETURN parts.extra(1) AS found", r"^parts/extra\.cypher:2: declares \['x', 'y'\], uses \['x'\]"),
        ("RETURN parts.unsaid(1) AS found", r"^parts/unsaid\.cypher:2: declares \['x'\], uses \['now', 'x'\]"),
        ("RETURN parts.typeless(1) AS found", r"^parts/typeless\.cypher:2: parameter 'x' needs one of the types"),
        ("RETURN parts.wrong(1) AS found", r"^parts/wrong\.cypher:3: an expression returns one of the types"),
        ("RETURN parts.bare(1) AS found", r"^parts/bare\.cypher:1: the header lacks `params:`"),
        ("MATCH (k)<--(p) RETURN parts.gated(k) AS found, p", r"^x\.cypher:5: parts\.gated has variables .*\['p'\]"),
        ("MATCH (n)\nparts.rows(n)\nRETURN one AS found", r"^x\.cypher:6: parts\.rows is clauses"),
        ("MATCH (m)\nCALL (m) { parts.rows(m) }\nRETURN one AS found", r"^x\.cypher:6: parts\.rows has .*\['m'\]"),
        ("CALL () { parts.lost(1) } RETURN 1 AS found", r"^parts/lost\.cypher:3: 'two' is not returned"),
    ],
)
def test_mistakes_are_told_with_file_and_line(text, message):
    parts = {
        "half": part("x FLOAT", "half($x)"),
        "one": part("x FLOAT", "parts.two($x)"),
        "two": part("x FLOAT", "parts.one($x)"),
        "extra": part("x FLOAT, y FLOAT", "half($x)"),
        "unsaid": part("x FLOAT", "half($x + $now)"),
        "typeless": part("x", "half($x)"),
        "wrong": part("x FLOAT", "half($x)", "level"),
        "bare": "// A part.\nhalf($x)\n",
        "gated": part("k NODE", "EXISTS { ($k)<--(p) }", "BOOLEAN"),
        "rows": part("n NODE", "MATCH ($n)-->(m)\nRETURN m AS one", "one"),
        "lost": part("n NODE", "UNWIND [$n] AS m\nRETURN m AS one", "two"),
    }
    with pytest.raises(BadQuery, match=message):
        written(text, **parts)


def test_every_part_is_used():
    assert not queries.unused_parts()


def test_no_query_is_left_with_a_call():
    for name in queries.list_query_names():
        assert not re.search(r"\bparts\.\w+\(", queries.load_query(name).text), name


@pytest.mark.parametrize("name", ["recommend/candidates", "analyze/stuck_points"])
def test_a_part_stands_where_it_is_called(name):
    text = queries.load_query(name).text
    assert "exp(-coalesce(m.decay, coalesce(toFloatOrNull(c.forgetting), 0.08)) * days)" in text


def numbers(name: str) -> list[float]:
    """Those in a part's text, in order."""
    text = (ROOT / "cypher" / "parts" / f"{name}.cypher").read_text(encoding="utf-8")
    body = "".join(line for line in text.splitlines() if not line.startswith("//"))
    return [float(each) for each in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", body)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("forgetting_rate", [FORGETTING]),
        ("mastered_at", [Thresholds.mastered]),
        ("met_at", [Thresholds.met]),
        ("repeat_after", [Thresholds.repeat_after_days]),
        ("retry_after", [Thresholds.retry_after_days]),
        ("success", [NO_ANSWERS]),
        ("kept_share", [FORGET_AFTER_DAYS, 1.0]),
    ],
)
def test_parts_have_the_numbers_of_python(name, expected):
    assert name in shared_parts().names and numbers(name) == expected


def test_roles_weigh_in_cypher_what_they_weigh_in_python():
    text = queries.load_query("catalogue/teaches").text
    said = dict(re.findall(r"WHEN '(\w+)' THEN ([\d.]+)", text)) | {
        "primary": re.findall(r"ELSE ([\d.]+) END", text)[-1]
    }
    assert {role: float(weight) for role, weight in said.items()} == ROLE_IMPORTANCE


@pytest.mark.parametrize("days", [0.0, 2.9, 3.0, 10.0])
async def test_the_three_forms_of_decay_agree(connection, days):
    text, _ = shared_parts().write_out("x", "RETURN parts.level($m, $c, $days) AS level")
    given = {"m": {"level": 0.9, "decay": None}, "c": {"forgetting": None}, "days": days}
    [row] = await connection.execute_read(lambda work: work.text(text, **given))
    by_hand = 0.9 * math.exp(-0.08 * days) if days >= 3 else 0.9
    assert row["level"] == pytest.approx(by_hand, rel=1e-12)
    assert decayed(0.9, FORGETTING, days) == pytest.approx(by_hand, rel=1e-12)
    assert float(decay_level(0.9, days, Rates())) == pytest.approx(by_hand, rel=1e-6)
