"""Every script of Neo4j Browser on a course in which each thing occurs once, as Browser runs it."""

from datetime import UTC, datetime, timedelta

import pytest

from graph import queries
from graph.analysis import browser
from graph.courses.parsing import ParsedCourse
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.importing import import_course
from graph.learners.practice import Outcome
from graph.learners.profiles import Goal, create_learner, set_goals
from tests.graph.outcome_model import learn
from tests.graph.revisions.curated import BY
from tests.graph.short_forms import record_outcome

pytestmark = pytest.mark.database
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE = CourseRecord(
    id="once",
    title="Once",
    settings={"language": "en", "licence": "CC0-1.0"},
    points=(PointRecord("once/a", "First", level="A1"), PointRecord("once/b", "Second", level="A1")),
    prerequisites=(PrerequisiteRecord("once/a", "once/b", "b needs a"),),
    resources=(ResourceRecord("once/r", "Lesson", "lesson", "text", 5.0, language="en"),),
    teaches=(TeachesRecord("once/r", "once/a", "primary", 1.0),),
    items=(ItemRecord("once/q", "1 + 1?", "2", ("3",), ("once/a",), 1.0, 0.0, 0.25),),
)
VALUES = {
    "course": "once", "point": "once/a", "goal": "once/b", "before": "once/a", "after": "once/b", "level": "A1",
    "learner": "ana", "learners": [], "text": "firs", "limit": 20, "at_least": 1, "days": 1, "weeks": 4, "depth": 3,
    "first": ["once/a"], "second": ["once/b"], "now": NOW + timedelta(days=4), "until": NOW + timedelta(days=5),
    "since": NOW - timedelta(days=1), "baseline": "", "resource": "once/new", "title": "Film", "kind": "video",
    "modality": "video", "minutes": 3.0, "url": "https://example.org/film", "name": "New name", "status": "retired",
    "reason": "Because.", "by": "Ana", "why": "Why not.",
}  # fmt: skip
SCRIPTS = [
    name
    for name in queries.list_query_names()
    if name.rpartition("/")[0] in browser.FOLDERS.values()
    and not {"LIST<LIST>", "LIST<MAP>"} & set(queries.load_query(name).params.values())
]
READING = [name for name in SCRIPTS if not queries.load_query(name).writes]
FOUND = {
    "browse/courses": [{"course": "once", "title": "Once", "points": 2, "resources": 1, "items": 1}],
    "browse/find_point": [{"point": "once/a"}],
    "browse/level_of_course": [
        {"point": "once/a", "prerequisite": "once/a PREREQUISITE_OF once/b", "later": "once/b"},
        {"point": "once/b", "prerequisite": None, "later": None},
    ],
    "browse/opened_by_point": [{"way": "once/a"}, {"way": "once/a PREREQUISITE_OF once/b"}],
    "browse/prerequisites_of_point": [{"way": "once/a"}],
    "browse/resources_of_point": [{"link": "once/q ASSESSES once/a"}, {"link": "once/r TEACHES once/a"}],
    "browse/revisions": [
        {
            "number": 1,
            "author": "tester",
            "action": "import",
            "why": "for a test",
            "changed": "1 course new, 2 points new, 1 prerequisite new, 1 resource new, "
            "1 link to what is taught new, 1 item new",
        }
    ],
    "lint/points_without_resources": [{"id": "once/b"}],
    "review/effect": [{"resources": 0, "learners": 1, "open": 0, "closes": 0}],
    "analyze/cohort_progress": [{"learner": "ana", "mastered": 0, "answers": 1}],
    "analyze/coverage_gaps": [{"point": "once/a", "resources": 1}, {"point": "once/b", "resources": 0}],
    "analyze/inactive_learners": [{"learner": "ana", "goals": ["once/b"]}],
    "analyze/learner_timeline": [{"right": True}],
    "analyze/path_to_goal": [{"point": "once/a", "waits_for": []}, {"point": "once/b", "waits_for": ["once/a"]}],
    "analyze/weekly_activity": [{"learners": 1, "answers": 1, "right_share": 1.0}],
}
"""Columns that are known of the rows that a script finds; nodes by their ids."""


async def run_script(graph, name: str, **more) -> list[dict]:
    """What Browser gets when it runs a saved script, nodes by their ids, paths and links with their types."""
    query = queries.load_query(name)
    values = {key: {**VALUES, **more}[key] for key in query.params}
    rows = await graph.execute_write(lambda work: work.text(browser.render_script(query), **values))
    return [{key: shown(value) for key, value in row.items()} for row in rows]


def shown(value):
    if hasattr(value, "relationships"):
        return " ".join([shown(value.start_node), *(f"{e.type} {e.end_node['id']}" for e in value.relationships)])
    if hasattr(value, "start_node"):
        return f"{value.start_node['id']} {value.type} {value.end_node['id']}"
    return value["id"] if hasattr(value, "labels") else value


@pytest.fixture(scope="module")
async def once(module_graph):
    """The course, and one learner with one right answer, for the tests that change nothing."""
    await import_course(module_graph, ParsedCourse(ONCE), by=BY)
    await create_learner(module_graph, "ana", NOW, "once")
    await set_goals(module_graph, "ana", [Goal("once/b")])
    await record_outcome(module_graph, Outcome("o", "ana", True, NOW, resource="once/r"), learn, NOW)
    return module_graph


def test_every_script_with_known_rows_exists():
    assert FOUND.keys() <= set(READING)


@pytest.mark.parametrize("name", READING)
async def test_a_reading_script_runs_and_finds_what_is_there(once, name):
    rows = await run_script(once, name)
    assert not [row for row in rows if str(next(iter(row.values()))).startswith("There is no")]
    if name in FOUND:
        known = [{key: row[key] for key in each} for row, each in zip(rows, FOUND[name], strict=True)]
        assert sorted(known, key=str) == sorted(FOUND[name], key=str)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_an_id_nobody_has_is_told(once, name):
    query = queries.load_query(name)
    ids = [key for key in browser.LABELS_BY_PARAMETER if key in query.params]
    told = {f"There is no {browser.LABELS_BY_PARAMETER[key][1]} ghost." for key in ids}
    new = {"browse/add_point": "point", "browse/add_resource": "resource"}.get(name)
    told -= {f"There is no {new} ghost."}
    rows = await run_script(once, name, **dict.fromkeys(ids, "ghost")) if told else []
    assert {row[query.returns[0]] for row in rows} == told


async def test_what_there_is_not_is_told_by_the_reading_scripts(once):
    [row] = await run_script(once, "browse/find_point", text="ghost")
    assert row["point"] == "No point has ghost in its name."
    [row] = await run_script(once, "browse/level_of_course", level="C2")
    assert row["point"] == "No point of the course has the level C2."
    [row] = await run_script(once, "browse/resources_of_point", point="once/b")
    assert row["link"] == "once/b"


async def test_parameters_begin_with_what_the_course_has(once):
    examples = await browser.read_examples(once, "once")
    assert examples == {
        "point": "once/b", "goal": "once/b", "text": "Second", "level": "A1", "before": "once/a", "after": "once/b",
        "first": ["once/a", "once/b"], "second": ["once/b", "once/a"], "learner": "ana",
    }  # fmt: skip
    text = browser.list_scripts("once", {**examples, "by": "Ana"})[0].text
    assert ":param point => 'once/b';" in text and ":param by => 'Ana';" in text
    assert ":param first => ['once/a', 'once/b'];" in text
    assert await browser.read_examples(once, "ghost") == {}
