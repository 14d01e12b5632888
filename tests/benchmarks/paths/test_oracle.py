"""The planner that sees truth: a wide beam against the enumeration of every path, and no promise broken."""

import numpy as np
import pytest

from benchmarks.paths.oracle import OraclePlanner, OracleSettings
from models.evaluation.simulated import ensure_candidate, evaluate_recommender
from models.knowledge_tracing.state import compress_level, compute_expected_change, propagate_change
from models.policies.rule_based import RandomStrategy, make_mastery_sequencing
from models.recommender import PERIPHERAL_IMPORTANCE, find_needed_points, find_wanted_points
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from models.simulation.learners import Population, SimulatedLearners
from tests.models.courses import little_course, make_course, random_course

CHAIN = make_course(
    5, [(0, 1), (1, 2), (0, 3)], [[(0, 1.0)], [(1, 1.0), (0, 0.4)], [(2, 1.0)], [(3, 1.0)], [(2, 0.6), (4, 1.0)]]
)


def step(env, who, resource, knowledge, peak, level, want):
    """One resource for one learner at its mean outcome, written out point by point: worth and what follows."""
    course, learners = env.course, env.learners
    target, closure = env.target[who], env.closure[who]
    pairs = [(int(k), w) for k, w in zip(course.taught[resource], course.importance[resource], strict=True) if w]
    total = sum(w for _, w in pairs)
    average = sum(knowledge[k] * w for k, w in pairs) / total
    alone = SimulatedLearners(course, env.population, 1, np.random.default_rng(0))
    alone.ability[:], alone.speed[:], alone.forgetting[:] = (
        getattr(learners, name)[who] for name in ("ability", "speed", "forgetting")
    )
    chance, pace = alone.outlook(knowledge[None], np.array([0]), np.array([[resource]]))
    logit = 3.75 * (average - 0.5) + 0.6 * alone.ability[0] - course.difficulty[resource]
    assert chance[0, 0] == pytest.approx(0.07 + 0.9 / (1 + np.exp(-logit)), abs=1e-5)
    p, pace = float(chance[0, 0]), float(pace[0, 0])

    def lacking(levels):
        wanted = find_wanted_points(course, levels[None], target[None], closure[None])
        return wanted[0], find_needed_points(course, levels[None], target[None], wanted)[0]

    wanted, needed = lacking(level)
    _, unknown = lacking(knowledge)
    importance = np.zeros_like(level)
    worth, after = want.first * any(needed[k] and w > PERIPHERAL_IMPORTANCE for k, w in pairs), knowledge.copy()
    for k, w in pairs:
        importance[k] = w
        ready = min([1.0, *(knowledge[j] / course.met[j] for j in course.before[k].indices)])
        growth = sum(q * min(pace * s * w * ready, 0.95) for q, s in ((p, 1), (1 - p, 0.25))) * (1 - knowledge[k])
        rise = w * (p * course.rates.gain_right * (1 - level[k]) - (1 - p) * course.rates.gain_wrong * level[k])
        goal = 1 if target[k] > 0 else want.unlock * (needed[k] or unknown[k])
        worth += want.truth * goal * growth + wanted[k] * (1 + want.needed * needed[k]) * w * rise
        after[k] = min(1, after[k] + growth)
    peak = np.maximum(peak, after)
    floor = env.population.retained * peak
    after = (floor + (after - floor) * np.exp(-alone.forgetting[0] / 8)).astype(np.float32)
    change = compute_expected_change(level, importance, np.array([p], dtype=np.float32), course.rates)
    change = change + propagate_change(change[None], course.influence, course.rates)[0]
    return (
        worth - want.minute * course.minutes[resource] / course.minutes.mean(),
        after,
        peak,
        compress_level(level + change, course.rates),
    )


def best(env, who, fresh, knowledge, peak, level, depth, want):
    """The value of the best path of `depth` steps, by trying them all."""
    target = env.target[who]
    if depth == 0:
        return 0.0
    if (level >= target)[target > 0].all():
        return want.finish * depth
    course = env.course
    wanted = find_wanted_points(course, level[None], target[None], env.closure[who][None])[0]
    values = [0.0]
    for resource in np.flatnonzero(fresh):
        taught = course.taught[resource][course.importance[resource] > 0]
        blocked = any(level[j] < course.met[j] for k in taught for j in course.before[k].indices)
        if wanted[taught].any() and not blocked:
            worth, *after = step(env, who, resource, knowledge, peak, level, want)
            left = fresh & (np.arange(len(fresh)) != resource)
            values.append(worth + best(env, who, left, *after, depth - 1, want))
    return values[0] if len(values) == 1 else max(values[1:])


@pytest.mark.parametrize("course", [CHAIN, little_course()], ids=["chain", "little"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_beam_that_drops_nothing_finds_what_enumeration_finds(course, depth):
    env = LearnerVectorEnv(course, 6, episode=EpisodeConfig(fewest=2))
    env.reset(seed=depth)
    want = OracleSettings(depth=depth, width=10_000, unlock=0.7, minute=0.1)
    seen = env.observe()
    found = OraclePlanner(env, want).decide(seen)
    for who in range(6):
        state = env.learners.knowledge[who], env.learners.peak[who], seen.level[who]
        expected = best(env, who, ~env.resting()[who], *state, depth, want)
        assert found.score[who, found.chosen[who]] == pytest.approx(expected, abs=1e-4)


def test_it_keeps_the_promise_and_knows_better_than_who_sees_estimates():
    course = random_course(3, points=40)
    env = LearnerVectorEnv(course, 150)
    planned = evaluate_recommender(env, OraclePlanner(env), 7)
    assert planned.violations == 0
    for rung in (RandomStrategy(course), make_mastery_sequencing(course)):
        other = evaluate_recommender(env, rung, 7)
        assert planned.ep.mean() > other.ep.mean() and planned.steps.mean() < other.steps.mean(), rung.name


def test_planning_changes_nobody_and_draws_nothing():
    env = LearnerVectorEnv(random_course(1), 10, Population(careless=0.2, gaming=0.3))
    env.reset(seed=1)
    before = env.state()
    decision = OraclePlanner(env, OracleSettings(depth=3)).decide(ensure_candidate(env.observe()))
    after = env.state()
    assert before["random"] == after["random"]
    for part in ("mine", "hidden"):
        assert all((before[part][name] == after[part][name]).all() for name in before[part])
    assert (decision.propensity.sum(axis=1) == 1).all()
