"""The loop from the command line, as typed."""

import json
import re

import pytest

from api.cli.main import app
from graph.errors import Invalid, NotFound
from tests import little_course
from tests.api.cli.terminal import on_database, typed

pytestmark = pytest.mark.database


@pytest.fixture
async def lodestar(graph, address, monkeypatch, tmp_path):
    """Runs a command on the tests' database."""
    await little_course.load(graph)
    on_database(monkeypatch, address)
    monkeypatch.setenv("LODESTAR_HOME", str(tmp_path))

    async def run(*words, keys=None):
        result = await typed(app, *words, keys=keys)
        return result.exit_code, result.output

    return run


async def test_the_loop_from_the_terminal(lodestar, tmp_path):
    code, said = await lodestar("learner", "create", "ana", "--goal", "little/articles")
    assert code == 0 and "goals    little/articles" in said
    code, said = await lodestar("recommend", "ana")
    assert code == 0 and "because  It needs nothing before it" in said
    id = re.search(r"rec-\w+", said).group()
    assert id in (await lodestar("recommend", "ana"))[1]
    code, said = await lodestar("dismiss", id, "not_now")
    assert code == 0 and "The resource rests for a day." in said
    assert "nothing changed" in (await lodestar("dismiss", id, "not_now"))[1]
    with pytest.raises(Invalid, match="reason"):
        await lodestar("dismiss", id, "dull")
    earlier = re.search(r"rec-\w+", (await lodestar("recommend", "ana"))[1]).group()
    id = re.search(r"rec-\w+", (await lodestar("recommend", "ana", "--fresh"))[1]).group()
    assert earlier != id
    code, said = await lodestar("outcome", "ana", id, "--right")
    assert code == 0 and "Nouns  0% → 35%" in said
    code, said = await lodestar("outcome", "ana", "little/r/nouns-lesson-1", "--score", "0.5")
    assert code == 0 and "Nouns  35% → " in said
    code, said = await lodestar("mastery", "ana")
    assert code == 0 and "0 of 4 points of little mastered" in said
    code, said = await lodestar("history", "ana", "--json")
    assert json.loads(said)["events"][1]["recommendation"] == id
    code, said = await lodestar("path", "ana", "--save")
    lines = [line for line in said.splitlines() if line.startswith("step ")]
    assert re.match(r"step 1 +Nouns: \w+ \d +\(\w+, 10 min\)  because it needs nothing before it", lines[0])
    assert "the goal is reached" in said
    assert (tmp_path / "paths" / "ana.html").read_text().count("<li>") == len(lines)


async def test_a_diagnostic_in_the_terminal(lodestar):
    await lodestar("learner", "create", "ana", "--goal", "little/nouns")
    code, said = await lodestar("diagnostic", "ana", keys="7\n1\n0\n")
    assert code == 0 and "Type 1 to 3" in said and "of 2 right" in said and "2 asked  Nouns" in said
    code, said = await lodestar("diagnostic", "ana", keys="q\n")
    assert code == 0 and "0 of 0 right" in said


async def test_goals_limits_and_farewell(lodestar):
    await lodestar("learner", "create", "ana")
    _, said = await lodestar("learner", "goal", "ana", "little/plurals", "--level", "0.9")
    assert "little/plurals at 90%" in said
    _, said = await lodestar("learner", "limits", "ana", "--minutes", "15", "--modality", "text")
    assert "up to 15 minutes; text" in said
    _, said = await lodestar("recommend", "ana", "-n", "2", "--explain")
    assert said.count("rec-") == 2 and "little/r/nouns-reading-2" in said
    _, said = await lodestar("learner", "goal", "ana")
    assert "the whole course" in said
    code, said = await lodestar("learner", "delete", "ana", "--yes")
    assert code == 0
    with pytest.raises(NotFound, match="ana"):
        await lodestar("learner", "show", "ana")


async def test_whether_a_point_may_be_skipped(lodestar):
    await lodestar("learner", "create", "ana", "--goal", "little/articles")
    code, said = await lodestar("skip", "ana", "little/nouns")
    assert code == 0 and "learn  Learn Nouns: nothing that you have mastered shows" in said
    assert "itself    nothing recorded; needed 60%" in said and "missed    Articles (0%)" in said
    assert "stays closed until answers show" in said
    _, said = await lodestar("skip", "ana", "little/plurals", "--json")
    assert json.loads(said)["verdict"] == "skip"
    with pytest.raises(NotFound, match="little/verbs"):
        await lodestar("skip", "ana", "little/verbs")


async def test_refusals_name_what_is_wrong(lodestar):
    with pytest.raises(Invalid, match="id"):
        await lodestar("learner", "create", "a b")
    with pytest.raises(NotFound, match="zoe"):
        await lodestar("recommend", "zoe")
    await lodestar("learner", "create", "ana")
    with pytest.raises(Invalid, match="future"):
        await lodestar("outcome", "ana", "little/r/nouns-lesson-1", "--right", "--at", "2999-01-01")
