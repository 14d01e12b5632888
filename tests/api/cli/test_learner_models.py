"""A fitted learner model in charge of a course: on the real database, over HTTP, and from the command line."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
import typer

from api.cli import learner_models
from api.http.app import create_app
from graph.errors import Invalid
from graph.recommendations.candidates import read_candidates
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.bkt import BKT
from models.knowledge_tracing.fsrs import FSRS
from models.knowledge_tracing.registry import save_learner_model
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from services.courses.learner_models import LearnerModelStore, choose_best_model
from tests import little_course
from tests.api.cli.terminal import on_database, typed

pytestmark = pytest.mark.database
POINTS = tuple(sorted(f"little/{name}" for name in little_course.NAMES))
LESSON, KEY = "little/r/nouns-lesson-1", "k"


def rows_of(right, learner="ana", skill="little/nouns"):
    return [(learner, [skill], None, one, float(day)) for day, one in enumerate(right)]


@pytest.fixture
def bkt(tmp_path):
    """A BKT model in place, fitted to the answers of twenty learners."""
    draw = np.random.default_rng(0)
    rows = [row for who in range(20) for row in rows_of(draw.random(9) < np.linspace(0.2, 0.9, 9), f"l{who}")]
    model = BKT.fit(build_answer_log(rows, skills=POINTS))
    save_learner_model(model, tmp_path / "learners" / "little" / "bkt", {"log_loss": 0.5, "better_p": 0.01})
    return model


async def ask(address, folder, name, *calls):
    """The answers of a fresh service to (path, body) in turn: what is not in the graph is lost between two."""
    app = create_app(ContextFactory(address, ArtifactStore(folder, name)), KEY)
    async with app.router.lifespan_context(app):
        transport, headers = httpx.ASGITransport(app), {"X-API-Key": KEY}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            answers = [await (client.post(path, json=body) if body else client.get(path)) for path, body in calls]
    assert all(answer.is_success for answer in answers), [answer.text for answer in answers]
    return [answer.json() for answer in answers]


def outcome(right, **more):
    return "/v1/outcomes", {"learner": "ana", "resource": LESSON, "right": right, **more}


async def test_the_level_is_the_models_and_survives_a_restart(graph, address, tmp_path, bkt):
    await little_course.load(graph)
    [_, first] = await ask(address, tmp_path, "bkt", ("/v1/learners", {"id": "ana"}), outcome(True))
    [second] = await ask(address, tmp_path, "bkt", outcome(False))
    log = build_answer_log(rows_of([True, False, True]), skills=POINTS)
    place = POINTS.index("little/nouns")
    fitted = [part[place] for part in bkt.fitted]
    told = bkt.replay(log)
    guess, slip = fitted[2], fitted[3]
    levels = (told - guess) / (1 - slip - guess)
    [change] = first["changes"]
    assert change["after"] == pytest.approx(levels[1], abs=1e-4)
    [change] = second["changes"]
    assert change["before"] == pytest.approx(levels[1], abs=1e-4)
    assert change["after"] == pytest.approx(levels[2], abs=1e-4)


async def test_another_model_takes_up_the_level_and_measured_picks_the_best(graph, address, tmp_path, bkt):
    await little_course.load(graph)
    tracers = LearnerModelStore(tmp_path / "learners")
    assert choose_best_model(tracers.load_fitted("little")) == "bkt"
    [_, first] = await ask(address, tmp_path, "gain", ("/v1/learners", {"id": "ana"}), outcome(True))
    assert {change["name"]: change["after"] for change in first["changes"]}["Nouns"] == pytest.approx(0.35)
    [second] = await ask(address, tmp_path, "measured", outcome(True))
    [change] = second["changes"]
    assert change["before"] == pytest.approx(0.35)
    assert change["after"] > 0.35


async def test_a_course_chooses_for_itself(graph, address, tmp_path, bkt):
    course = little_course.little()
    await little_course.load(graph, replace(course, settings={**course.settings, "learnerModel": "gain"}))
    [_, first] = await ask(address, tmp_path, "bkt", ("/v1/learners", {"id": "ana"}), outcome(True))
    assert len(first["changes"]) == 3


async def test_memory_says_when_a_point_is_wanted_again(graph, address, tmp_path):
    """FSRS after one "good": S = 2.3065 days. Its level is below .8 within twice that, not within half of it."""
    await little_course.load(graph)
    save_learner_model(FSRS.fit(build_answer_log([], skills=POINTS)), tmp_path / "learners" / "little" / "fsrs")
    goal = {"id": "ana", "goals": [{"point": "little/nouns"}]}
    [_, first] = await ask(address, tmp_path, "fsrs", ("/v1/learners", goal), outcome(True))
    [change] = first["changes"]
    assert change["after"] > 0.8
    [row] = await graph.execute_read(lambda work: work.text("MATCH (:Learner)-[m:MASTERY]->() RETURN m.decay AS decay"))
    assert row["decay"] == pytest.approx(-np.log(0.9) / 2.3065, rel=1e-3)
    now = datetime.now(UTC)
    soon, due = [await read_candidates(graph, "ana", now + timedelta(days=days)) for days in (1, 5)]
    assert soon.resources == []
    assert due.resources and all("nouns" in resource for resource in due.resources)
    await ask(address, tmp_path, "gain", outcome(True))
    text = "MATCH (:Learner)-[m:MASTERY]->({id: 'little/nouns'}) RETURN properties(m) AS m"
    [row] = await graph.execute_read(lambda work: work.text(text))
    assert row["m"]["decay"] < 0.08 and "memory" not in row["m"], "its own stability, of no learner model"


async def test_a_model_that_is_not_there_leaves_the_platforms_own_in_charge(graph, address, tmp_path, caplog):
    course = little_course.little()
    await little_course.load(graph, replace(course, settings={**course.settings, "learnerModel": "oracle"}))
    [_, first] = await ask(address, tmp_path, "measured", ("/v1/learners", {"id": "ana"}), outcome(True))
    assert len(first["changes"]) == 3 and "oracle is no fitted model of course little" in caplog.text
    with pytest.raises(Invalid, match="no learner model 'oracle'"):
        LearnerModelStore(tmp_path, "oracle")


@pytest.fixture
def lodestar(graph, address, monkeypatch, tmp_path):
    app = typer.Typer()
    app.add_typer(learner_models.app, name="learners")
    on_database(monkeypatch, address)
    monkeypatch.setenv("LODESTAR_HOME", str(tmp_path))

    async def run(*words):
        result = await typed(app, *words)
        return re.sub(r"\s+", " ", result.output)

    return run


async def test_models_are_fitted_to_the_graphs_own_answers(graph, address, tmp_path, lodestar):
    await little_course.load(graph)
    calls = []
    for who in range(6):
        calls.append(("/v1/learners", {"id": f"l{who}"}))
        calls += [outcome(n > who / 2, learner=f"l{who}") for n in range(4)]
    await ask(address, tmp_path, "gain", *calls)
    said = await lodestar("learners", "fit", "little", "--model", "gain", "--model", "bkt")
    assert "24 of 24 rows kept: 6 learners, 4 skills" in said
    assert "in charge" in said and set(LearnerModelStore(tmp_path / "learners").load_fitted("little")) == {
        "gain",
        "bkt",
    }


async def test_a_log_with_faults_is_reported_and_fitted(graph, tmp_path, lodestar):
    await little_course.load(graph)
    lines = [
        "learner,skill,right",
        "ana,little/nouns,1",
        "ana,little/ghost,1",
        "ben,little/nouns,7",
        "ben,little/nouns,0",
    ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines))
    said = await lodestar("learners", "fit", "little", "--log", path, "--model", "bkt")
    assert "2 of 4 rows kept" in said and "log.csv:3" in said
    assert "log.csv:4" in said
    assert "bkt" in await lodestar("learners")
