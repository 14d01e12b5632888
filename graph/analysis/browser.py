"""Files for Neo4j Browser: the ready queries as saved scripts in folders, and a style (GraSS) for Lodestar's labels.

Browser (5.24) accepts files that are dropped onto it; a zip of `FOLDER/NAME.cypher` becomes saved scripts. A script of
several statements shows no graph, so each script holds one statement, and one script of its own sets the parameters.
A script that is given an id which nobody has answers with a row that says so.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph import queries
from graph.connection import Graph
from graph.queries import Query

FOLDERS = {
    "Curate": "browse",
    "Check": "lint",
    "Review": "review",
    "Ask": "analyze",
}
"""Folder in Browser: folder of queries."""

TYPE_EXAMPLES = {
    "INTEGER": "20",
    "FLOAT": "10.0",
    "BOOLEAN": "false",
    "DATETIME": "datetime()",
    "LIST": "[]",
}
"""What a parameter is in a saved script, by type, where its name says nothing."""

PARAMETER_EXAMPLES = {
    "at_least": "5",
    "days": "14",
    "weeks": "4",
    "since": "datetime('2026-01-01T00:00:00Z')",
    "baseline": "''",
    "text": "'a part of a name'",
    "point": "'{course}/a-point'",
    "goal": "'{course}/a-point'",
    "before": "'{course}/a-point'",
    "after": "'{course}/another-point'",
    "learner": "'ana'",
    "level": "'A1'",
    "kind": "'video'",
    "modality": "'video'",
    "minutes": "8.0",
    "resource": "'{course}/r/our-own-video'",
    "title": "'A video of our own'",
    "name": "'A point of our own'",
    "url": "'https://example.org/video'",
    "reason": "'Why: a sentence that learners can read.'",
    "status": "'retired'",
    "by": "'your name'",
    "why": "'Why you decided so.'",
}

LABELS_BY_PARAMETER = {
    "course": ("Course", "course"),
    "point": ("KnowledgePoint", "point"),
    "goal": ("KnowledgePoint", "point"),
    "before": ("KnowledgePoint", "point"),
    "after": ("KnowledgePoint", "point"),
    "resource": ("Resource", "resource"),
    "learner": ("Learner", "learner"),
}
"""Parameters that are ids: the label of the node and what people call it."""

_NEW_IDS = re.compile(r"CREATE\b[^)]*\{id: \$(\w+)")
_ANY_COURSE = re.compile(r"\$course = ''")

NODE_STYLES = {
    "KnowledgePoint": ("#4C8EDA", "name", "65px"),
    "Resource": ("#F79767", "title", "50px"),
    "Item": ("#D9C8AE", "prompt", "50px"),
    "Course": ("#569480", "title", "80px"),
    "Learner": ("#C990C0", "id", "65px"),
    "Recommendation": ("#57C7E3", "policy", "40px"),
    "Interaction": ("#ECB5C9", "outcome", "40px"),
    "Revision": ("#8DCC93", "number", "50px"),
}
RELATIONSHIP_STYLES = {
    "PREREQUISITE_OF": ("#604A0E", "status", "3px"),
    "RELATED_TO": ("#A5ABB6", "weight", "1px"),
    "TEACHES": ("#F79767", "role", "2px"),
    "ASSESSES": ("#D9C8AE", "<type>", "1px"),
    "MASTERY": ("#C990C0", "level", "2px"),
    "AIMS_AT": ("#C990C0", "<type>", "2px"),
}


@dataclass(frozen=True)
class BrowserScript:
    """A saved script: its folder in Browser, its name, and its text."""

    folder: str
    name: str
    text: str


async def read_examples(graph: Graph, course: str) -> dict[str, Any]:
    """Return values of parameters from the course itself, as far as it has them: a point, a prerequisite, a learner."""
    rows = await graph.read("catalogue/script_examples", course=course)
    found = {key: value for row in rows for key, value in row.items() if value is not None}
    if "point" in found:
        found["goal"] = found["point"]
        found["text"] = found.pop("name", "").split(" ")[0]
    if "before" in found:
        found["first"] = [found["before"], found["after"]]
        found["second"] = [found["after"], found["before"]]
    return found


def list_scripts(course: str, examples: Mapping[str, Any] | None = None) -> list[BrowserScript]:
    """Return the parameters about `course`, to run first, and every ready query as a saved script.

    `examples`: values of parameters; those that are not among them begin with `PARAMETER_EXAMPLES`.
    """
    loaded = [(title, query) for title, folder in FOLDERS.items() for query in _load_queries(folder)]
    kinds = {key: kind for _, query in loaded for key, kind in query.params.items()}
    first = BrowserScript("Curate", "0_parameters", render_parameters(kinds, course, examples or {}))
    return [first, *(BrowserScript(title, _short_name(query), render_script(query)) for title, query in loaded)]


def render_parameters(kinds: dict[str, str], course: str, examples: Mapping[str, Any]) -> str:
    """Return Browser commands that set every parameter of the scripts to an example value.

    One a parameter: Browser takes the values of `:param {…}` as JSON, in which 20 is 20.0 and no LIMIT.
    """
    lines = [f":param {key} => {example_value(key, kind, course, examples)};" for key, kind in sorted(kinds.items())]
    return "\n".join(["// 0 parameters: run first; later change one with :param name => value", *lines, ""])


def render_script(query: Query) -> str:
    """Return the query's text below its name, which Browser shows, and a row for each given id that nobody has."""
    return f"// {_short_name(query).replace('_', ' ')}\n{query.text}{_render_unknown_ids(query)}"


def _render_unknown_ids(query: Query) -> str:
    new = set(_NEW_IDS.findall(query.text))
    checks = [
        f"  CASE WHEN {_unless_any_course(query, key)}NOT EXISTS {{ (:{label} {{id: ${key}}}) }} "
        f"THEN 'There is no {name} ' + ${key} + '.' END"
        for key, (label, name) in LABELS_BY_PARAMETER.items()
        if key in query.params and key not in new
    ]
    if not checks:
        return ""
    columns = ["said AS " + query.returns[0], *(f"null AS {column}" for column in query.returns[1:])]
    return (
        "\nUNION ALL\n// An id that nobody has is told.\nWITH [\n"
        + ",\n".join(checks)
        + f"\n] AS found\nUNWIND [each IN found WHERE each IS NOT NULL] AS said\nRETURN {', '.join(columns)}\n"
    )


def _unless_any_course(query: Query, key: str) -> str:
    """Return the condition that a course is named, where a query also takes '' for all of them."""
    return "$course <> '' AND " if key == "course" and _ANY_COURSE.search(query.text) else ""


def example_value(name: str, kind: str, course: str, examples: Mapping[str, Any]) -> str:
    """Return a value to begin with, as Cypher."""
    if name == "course":
        return _quote(course)
    if name in examples:
        given = examples[name]
        return f"[{', '.join(map(_quote, given))}]" if isinstance(given, list) else _quote(str(given))
    value = PARAMETER_EXAMPLES.get(name) or TYPE_EXAMPLES.get(kind.partition("<")[0], "''")
    return value.replace("{course}", course.replace("\\", "\\\\").replace("'", "\\'"))


def pack_scripts(course: str, examples: Mapping[str, Any] | None = None) -> bytes:
    """Return all scripts as the zip that Browser takes; the same bytes each time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for each in list_scripts(course, examples):
            file.writestr(zipfile.ZipInfo(f"{each.folder}/{each.name}.cypher"), each.text)
    return content.getvalue()


def render_style() -> str:
    """Return the style as GraSS."""
    nodes = [
        f"node.{label} {{\n  color: {colour};\n  border-color: {colour};\n  text-color-internal: #FFFFFF;\n"
        f"  caption: '{{{caption}}}';\n  diameter: {size};\n}}\n"
        for label, (colour, caption, size) in NODE_STYLES.items()
    ]
    arrows = [
        f"relationship.{kind} {{\n  color: {colour};\n  shaft-width: {width};\n  font-size: 8px;\n"
        f"  caption: '{caption if caption == '<type>' else f'{{{caption}}}'}';\n}}\n"
        for kind, (colour, caption, width) in RELATIONSHIP_STYLES.items()
    ]
    return "\n".join(nodes + arrows)


def _load_queries(folder: str) -> list[Query]:
    """Return the folder's own queries, without those that take tables: no person types these."""
    found = [queries.load_query(name) for name in queries.list_query_names() if name.rpartition("/")[0] == folder]
    return [query for query in found if not {"LIST<LIST>", "LIST<MAP>"} & set(query.params.values())]


def _short_name(query: Query) -> str:
    return query.name.split("/")[1]


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
