"""Every ready query runs on a log that the real loop made; those with numbers that can be known are checked."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from graph.analysis.ready import GROUPS, analyse, find_question, list_questions
from graph.connection import Graph
from graph.errors import Invalid, NotFound
from graph.learners.diagnostics import record_answers, record_questions, start_diagnostic
from graph.learners.mastery import read_mastery
from tests.graph.learners.test_diagnostics import ITEMS
from tests.graph.recommendation_loop import run_loop
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, Point, Resource, write_worlds

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=20)
RESOURCES = {f"{point}{n}": Resource({point: 1.0}) for point in "abc" for n in range(8)} | {
    "beyond": Resource({"d": 1.0})
}
GIVEN = {
    "course": "course", "learner": "learner", "now": LATER, "limit": 100, "at_least": 1, "days": 3, "weeks": 4,
    "goal": "c", "first": ["a", "b"], "second": ["b", "a"], "learners": [], "depth": 3,
    "since": NOW, "until": LATER, "baseline": "",
}  # fmt: skip


class Log(NamedTuple):
    graph: Graph
    rounds: dict[str, int]


@pytest.fixture(scope="module")
async def log(module_graph):
    """Two learners, up to 30 rounds each, and a diagnostic; read by all tests of this file."""
    world = replace(
        CHAIN,
        points=CHAIN.points | {"d": Point()},
        edges=CHAIN.edges | {("c", "d"): "accepted"},
        mastery={},
        resources=RESOURCES | {"old": Resource({"a": 1.0}, status="retired")},
    )
    await write_worlds(module_graph, world, world)
    roles = "MATCH (:Resource)-[t:TEACHES]->() SET t.role = 'primary'"
    for text in (ITEMS, roles):
        await module_graph.execute_write(lambda work, text=text: work.text(text))
    await start_diagnostic(module_graph, "d", "learner", "course", NOW)
    await record_questions(module_graph, "d", ["q-a", "q-b"])
    await record_answers(module_graph, "d", {"q-a": True, "q-b": False}, NOW)
    learners = ("learner", "learner-1")
    return Log(
        module_graph, {each: await run_loop(module_graph, each, NOW, 30, seed) for seed, each in enumerate(learners)}
    )


def test_each_belongs_to_a_group():
    assert {each.group for each in list_questions()} == set(GROUPS)


def given(name):
    return {key: value for key, value in GIVEN.items() if key in find_question(name).params}


def test_there_are_a_dozen_and_each_says_what_it_answers():
    assert len(list_questions()) >= 12
    assert all(len(each.summary) > 40 and each.columns for each in list_questions())


@pytest.mark.parametrize("name", [each.name for each in list_questions()])
async def test_it_runs_and_gives_its_columns(log, name):
    rows = await analyse(log.graph, name, given(name))
    assert rows, f"{name} found nothing in a log of many steps"
    assert all(tuple(row) == find_question(name).columns for row in rows)


async def test_progress_agrees_with_mastery(log):
    rows = {row["learner"]: row for row in await analyse(log.graph, "cohort_progress", given("cohort_progress"))}
    for learner in ("learner", "learner-1"):
        mastered = sum(each.level >= 0.8 for each in await read_mastery(log.graph, learner, LATER))
        assert rows[learner]["mastered"] == mastered
        assert rows[learner]["share"] == pytest.approx(mastered / 4, abs=1e-3)
        assert rows[learner]["answers"] == log.rounds[learner]


async def test_the_logged_propensities_hold(log):
    [row] = await analyse(log.graph, "propensity_check", given("propensity_check"))
    assert (row["policy"], row["version"], row["decisions"]) == ("random", "1", sum(log.rounds.values()))
    assert row["wrong_sums"] == row["disagreeing"] == 0 and row["mean_inverse"] == pytest.approx(row["mean_choices"])


async def test_arms_are_named_by_policy_and_version(log):
    [policy] = await analyse(log.graph, "decisions_by_policy", given("decisions_by_policy"))
    assert policy["arm"] == "random 1"


async def test_decisions_and_weeks_count_every_answer(log):
    [policy] = await analyse(log.graph, "decisions_by_policy", given("decisions_by_policy"))
    assert policy["served"] == sum(log.rounds.values()) and policy["answered_share"] == 1
    weeks = await analyse(log.graph, "weekly_activity", given("weekly_activity"))
    assert sum(week["answers"] for week in weeks) == sum(log.rounds.values())


async def test_a_resource_that_was_chosen_is_not_among_the_unused(log):
    text = "MATCH (q:Recommendation) RETURN DISTINCT q.resource AS resource"
    chosen = {row["resource"] for row in await log.graph.execute_read(lambda work: work.text(text))}
    unused = {row["resource"] for row in await analyse(log.graph, "never_recommended", given("never_recommended"))}
    assert unused == set(RESOURCES) - chosen


async def test_parameters_may_be_text_and_have_defaults(log):
    asked = {"course": "course", "now": "2026-03-21T12:00:00+00:00", "limit": "1"}
    assert len(await analyse(log.graph, "cohort_progress", asked)) == 1
    assert await analyse(log.graph, "cohort_progress", {"course": "course"})


@pytest.mark.parametrize(
    ("name", "values", "error", "message"),
    [
        ("nothing", {}, NotFound, "no analysis 'nothing'"),
        ("cohort_progress", {}, Invalid, r"needs course \(STRING\)"),
        ("cohort_progress", {"curse": "x"}, Invalid, r"takes course, now, limit; not curse\. Did you mean course\?"),
        ("cohort_progress", {"course": "x", "limit": "many"}, Invalid, "limit of cohort_progress is 'many'"),
        ("cohort_progress", {"course": "x", "now": "today"}, Invalid, "now of cohort_progress is 'today'"),
    ],
)
async def test_what_is_wrong_is_named(log, name, values, error, message):
    with pytest.raises(error, match=message):
        await analyse(log.graph, name, values)
