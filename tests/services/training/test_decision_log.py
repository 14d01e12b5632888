"""The graph's log as arrays, from real decisions and answers; and a policy that is learned from it."""

from datetime import timedelta

import numpy as np
import pytest

from graph.errors import Invalid
from graph.learners.practice import Outcome
from graph.learners.profiles import Goal, create_learner, set_goals
from graph.recommendations.candidates import read_candidates
from graph.recommendations.decisions import LoggedDecision, log_decisions
from graph.recommendations.transitions import read_transitions
from models.recommender import find_wanted_points
from models.rl.network import NetworkConfig
from models.rl.offline import CQLConfig, OfflineConfig
from models.rl.offline_log import RewardWeights
from services.courses.artifacts import ArtifactStore, load_course_arrays
from services.training.decision_log import read_decision_log
from services.training.evaluate import learn_from_log
from tests import little_course
from tests.graph.outcome_model import learn
from tests.graph.recommendation_loop import run_loop
from tests.graph.short_forms import record_outcome
from tests.graph.worlds import NOW

pytestmark = pytest.mark.database
LEARNERS, STEPS = 4, 6


async def arrive(graph, learner, goal):
    await create_learner(graph, learner, NOW, "little")
    await set_goals(graph, learner, [Goal(goal)])


@pytest.fixture
async def log(graph):
    """Some learners who were served at random in the little course."""
    await little_course.load(graph)
    for number in range(LEARNERS):
        await arrive(graph, f"ann{number}", "little/articles")
        await run_loop(graph, f"ann{number}", NOW, STEPS, seed=number)
    return graph


async def test_arrays_are_what_was_logged(log):
    course = await load_course_arrays(log, "little")
    logged, read = await read_decision_log(log, course)
    steps = [step async for step in read_transitions(log, "little")]
    assert (read.decisions, read.learners, read.not_in_course) == (len(steps), LEARNERS, 0)
    assert len(logged) == read.used == len(steps) - read.without_next and read.without_next <= LEARNERS
    by_state = {tuple(row) for row in logged.states.level[logged.state].round(5)}
    place = 0
    for step in steps:
        level = np.zeros(course.points, dtype=np.float32)
        for point, seen in step.before.points.items():
            level[course.point_index[point]] = seen.level
        if place == len(logged) or not np.allclose(logged.states.level[logged.state[place]], level):
            continue
        seen = logged.states.take(logged.state[[place]])
        offered = [course.resource_ids[k] for k in seen.candidates[0][seen.mask[0]]]
        assert offered == step.decision.candidates
        assert offered[logged.chosen[place]] == step.decision.resource
        assert logged.gain[place] == pytest.approx(step.reward)
        assert logged.propensity[place] == pytest.approx(step.decision.propensity)
        assert seen.steps[0] == step.before.answers and seen.success[0] == pytest.approx(step.before.success)
        place += 1
    assert place == len(logged) and len(by_state) > 1
    goal = course.point_index["little/articles"]
    assert (logged.states.target[:, goal] == course.mastered[goal]).all() and logged.states.target.sum() > 0
    closure = np.tile(course.closure(np.array([goal])), (len(logged.states), 1))
    wanted = find_wanted_points(course, logged.states.level, logged.states.target, closure)
    assert (logged.states.wanted == wanted).all()
    same = logged.episode[1:] == logged.episode[:-1]
    assert (logged.following[:-1][same] == logged.state[1:][same]).all()
    assert logged.rewards(course, RewardWeights(1, 0, 2)) == pytest.approx(logged.gain + 2 * logged.reached)


async def test_a_goal_that_is_reached_ends_the_episode_and_a_new_goal_begins_another(graph):
    await little_course.load(graph)
    await arrive(graph, "ann", "little/nouns")
    await run_loop(graph, "ann", NOW, 40, seed=2)
    course = await load_course_arrays(graph, "little")
    logged, _ = await read_decision_log(graph, course)
    assert logged.ended.sum() == logged.reached.sum() == 1 and logged.ended[-1]
    before = len(logged)
    await set_goals(graph, "ann", [Goal("little/plurals")])
    await run_loop_later(graph, 3)
    logged, read = await read_decision_log(graph, course)
    assert len(np.unique(logged.episode)) == 2 and len(logged) > before
    assert logged.following[before - 1] != logged.state[before] and read.used == len(logged)


async def run_loop_later(graph, steps):
    """The same learner under other ids."""
    for step in range(steps):
        now = NOW + timedelta(days=30 + step)
        found = await read_candidates(graph, "ann", now)
        chosen, share = found.resources[0], [1.0] + [0.0] * (len(found.resources) - 1)
        decision = LoggedDecision(
            f"late-{step}", "ann", "little", now, "needed", "1", chosen, 1.0, found.revision, found.step, found.goals,
            found.resources, [True] * len(share), [], share,
        )  # fmt: skip
        await log_decisions(graph, [decision])
        await record_outcome(graph, Outcome(f"late-o{step}", "ann", True, now, decision.id), learn, now)


async def test_what_the_course_has_no_more_is_left_out_and_counted(log):
    course = await load_course_arrays(log, "little")
    whole, _ = await read_decision_log(log, course)
    gone = course.resource_ids[int(whole.states.candidates[whole.state[0], whole.chosen[0]])]
    chosen = sum([step.decision.resource == gone async for step in read_transitions(log, "little")])
    await log.execute_write(lambda work: work.text("MATCH (r:Resource {id: $id}) SET r.status = 'retired'", id=gone))
    smaller = await load_course_arrays(log, "little")
    logged, read = await read_decision_log(log, smaller)
    assert read.not_in_course == chosen > 0 and len(logged) == read.used
    assert logged.states.mask[logged.state, logged.chosen].all()


@pytest.mark.training
async def test_a_policy_is_learned_from_it_and_kept_or_the_log_is_too_small(log, tmp_path):
    cql = CQLConfig(updates=3, batch=4, network=NetworkConfig(width=8, hidden=16))
    trained = ArtifactStore(tmp_path)
    with pytest.raises(Invalid, match=r"holds \d+ usable decisions of 4 learner.* takes 5000"):
        await learn_from_log(log, "little", trained)
    assert not list(tmp_path.rglob("*.pt"))
    learned, read = await learn_from_log(log, "little", trained, config=OfflineConfig((0.1, 1.0), 0.25, 5, cql))
    assert learned.steps < read.used and set(learned.worth) == {0.1, 1.0}
    assert np.isfinite([learned.behaviour, *learned.worth.values()]).all()
    assert (tmp_path / "policies" / "little" / "cql" / "policy.pt").exists()
