"""The vector environment: spaces, promises over whole episodes, bookkeeping by hand, exact resumption."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from hypothesis import given
from hypothesis import strategies as st

from models.policies.rule_based import RandomStrategy, make_simple_baselines
from models.recommender import find_feasible_resources
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from models.simulation.learners import Population
from tests.models.courses import any_course, few, little_course, make_course, random_course


def skipped(course, level, resource):
    taught = course.taught[resource][course.importance[resource] > 0]
    return any(level[a] < course.met[a] for a, b in course.prerequisites if b in taught)


@few
@given(any_course(), st.integers(0, 1000), st.integers(0, 5))
def test_no_step_of_an_episode_breaks_a_promise(course, seed, rung):
    env = LearnerVectorEnv(course, 4, episode=EpisodeConfig(longest=8))
    env.reset(seed=seed)
    chooser, rows = make_simple_baselines(course, seed)[rung], np.arange(4)
    for _ in range(10):
        seen = env.observe()
        fit = seen.mask.any(axis=1)
        if not fit.all():
            return
        actions = seen.candidates[rows, chooser.decide(seen).chosen]
        clock, right, done = env.clock.copy(), env.done_right.copy(), env.done.copy()
        for learner, resource in enumerate(actions):
            assert not skipped(course, seen.gate[learner], resource)
            assert seen.wanted[learner][course.taught[resource][course.importance[resource] > 0]].any()
            rests = clock[learner] - right[learner] < course.thresholds.repeat_after_days
            rests |= clock[learner] - done[learner] < course.thresholds.retry_after_days
            open_ones = find_feasible_resources(course, seen.gate, seen.wanted)[learner]
            assert not rests[resource] or not (open_ones & ~rests).any()
        _, ended, _ = env.advance(actions)
        assert ((env.level >= 0) & (env.level <= 1)).all()
        env.restart(ended)


def test_the_interface_is_gymnasiums():
    course = random_course(2)
    env = LearnerVectorEnv(course, 5)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    seen, info = env.reset(seed=1)
    assert info == {}
    rung, rows = RandomStrategy(course, 0), np.arange(5)
    for _ in range(60):
        assert env.observation_space.contains(seen)
        actions = np.array([np.flatnonzero(mask)[0] for mask in seen["mask"]])
        assert env.action_space.contains(actions)
        seen, reward, terminated, truncated, info = env.step(actions)
        assert reward.shape == terminated.shape == truncated.shape == (5,)
        assert not (terminated & truncated).any()
        assert seen["mask"].any(axis=1).all(), "an ended learner is replaced in the same step"
    assert env.observe().candidates[rows, rung.decide(env.observe()).chosen].shape == (5,)


def test_the_mask_is_the_candidates():
    env = LearnerVectorEnv(random_course(2), 6)
    seen, _ = env.reset(seed=4)
    observed = env.observe()
    for learner in range(6):
        listed = observed.candidates[learner][observed.mask[learner]]
        assert np.flatnonzero(seen["mask"][learner]).tolist() == listed.tolist()


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    course, runs = random_course(5), []
    for seed in (3, 3, 4, np.int64(3), [3, 3, 3, 3]):
        env = LearnerVectorEnv(course, 4)
        env.reset(seed=seed)
        rung = RandomStrategy(course, 0)
        for _ in range(30):
            seen = env.observe()
            _, ended, _ = env.advance(seen.candidates[np.arange(4), rung.decide(seen).chosen])
            env.restart(ended)
        runs.append(env.level.tolist())
    assert runs[0] == runs[1] == runs[3] != runs[2]
    assert runs[4] != runs[0]


def test_one_step_by_hand():
    course = make_course(2, [(0, 1)], [[(0, 1.0)], [(1, 1.0)]])
    env = LearnerVectorEnv(course, 1)
    env.reset(seed=0)
    env.level[:], env.learners.knowledge[:] = [[0.5, 0.1]], [[0.5, 0.1]]
    env.target[:], env.closure[:] = [[0, 0.8]], True
    env.learners.population = env.learners.population.__class__(guess=1.0, slip=0.0)
    # 0.1 is lacking to the prerequisite's 0.6 and 0.7 to the goal's 0.8
    assert env.progress() == pytest.approx([-0.8])
    reward, ended, reached = env.advance(np.array([0]))
    # 0.5 + 0.175 = 0.675: met; a tenth of 0.175 goes on to the goal
    assert env.level[0] == pytest.approx([0.675, 0.1175])
    assert reward == pytest.approx([0.8 - 0.6825 - 0.05], abs=1e-5)
    assert not ended[0]
    assert not reached[0]
    assert env.clock[0] == pytest.approx(1 / 8)
    assert env.success[0] == pytest.approx(0.5 + 0.5 * 0.15)
    assert not env.allowed()[0, 0], "just done"


def test_the_closing_test_pays_for_right_answers_on_the_goal_where_an_episode_ends():
    course = make_course(2, [(0, 1)], [[(0, 1.0)], [(1, 1.0)]])
    env = LearnerVectorEnv(course, 2, episode=EpisodeConfig(longest=2, progress_reward=0, test_reward=2, step_cost=0))
    env.reset(seed=0)
    env.level[:], env.target[:], env.closure[:] = [[0.5, 0.1]], [[0, 0.8]], True
    env.learners.population = env.learners.population.__class__(guess=1.0, slip=0.0)
    env.steps[:] = [0, 1]
    reward, ended, _ = env.advance(np.array([0, 0]))
    assert ended.tolist() == [False, True]
    assert reward.tolist() == [0, 2]


def test_points_that_an_answer_does_not_touch_keep_their_dates():
    env = LearnerVectorEnv(little_course(), 1)
    env.reset(seed=0)
    env.level[:], env.practised[:], env.clock[:] = 0.9, 0, 4
    env.advance(np.array([2]))
    assert env.practised[0].tolist() == [0, 0, 4, 0]
    assert env.level[0, [0, 1, 3]] == pytest.approx([0.9] * 3), "decay is applied on reading only"
    assert env.current()[0, 0] == pytest.approx(0.9 * np.exp(-0.08 * env.clock[0]))


def test_an_episode_ends_at_the_goal_or_at_the_longest_path():
    course = random_course(6)
    env = LearnerVectorEnv(course, 32, Population(rate=3.0), EpisodeConfig(longest=20))
    seen, _ = env.reset(seed=1)
    goals = lengths = 0
    for _ in range(40):
        steps = env.steps.copy() + 1
        actions = np.array([np.flatnonzero(mask)[-1] for mask in seen["mask"]])
        seen, _, terminated, truncated, info = env.step(actions)
        assert (steps[truncated] == 20).all()
        assert not (truncated & info["reached"]).any()
        ended = terminated | truncated
        assert (env.steps[ended] == 0).all()
        if ended.any():
            assert (info["_final_obs"] == ended).all()
            assert env.observation_space.contains(info["final_obs"])
            assert (info["final_obs"]["target"][~ended] == seen["target"][~ended]).all()
            assert (info["final_obs"]["level"][ended] != seen["level"][ended]).any()
        goals, lengths = goals + info["reached"].sum(), lengths + truncated.sum()
    assert goals > 0
    assert lengths > 0


def test_a_goal_leaves_something_to_do():
    env = LearnerVectorEnv(random_course(7), 200)
    env.reset(seed=0)
    assert env.allowed().any(axis=1).all()
    assert not env.goal_reached().any()
    unmastered = (env.closure & (env.current() < env.course.mastered)).sum(axis=1)
    assert ((unmastered >= env.episode.fewest) & (unmastered <= env.episode.most)).mean() > 0.7


def test_a_learner_with_nothing_to_do_is_drawn_again():
    # point 0 has no resource: who does not know it already can do nothing for point 1
    course = make_course(2, [(0, 1)], [[(1, 1.0)]])
    env = LearnerVectorEnv(course, 50)
    env.reset(seed=0)
    assert env.allowed().any(axis=1).mean() > 0.9


def test_saved_and_restored_it_goes_on_the_same_way():
    course = random_course(8)
    env, twin = LearnerVectorEnv(course, 6), LearnerVectorEnv(course, 6)
    env.reset(seed=1)
    env.advance(env.observe().candidates[:, 0])
    saved = env.state()
    twin.restore(saved)
    for _ in range(25):
        for one in (env, twin):
            _, ended, _ = one.advance(one.observe().candidates[:, 0])
            one.restart(ended)
    for name, array in env.state()["mine"].items():
        assert (array == twin.state()["mine"][name]).all(), name
    assert (env.learners.knowledge == twin.learners.knowledge).all()


def test_what_was_done_lately_is_seen_and_a_new_learner_has_done_nothing():
    env = LearnerVectorEnv(random_course(2), 3)
    env.reset(seed=4)
    assert not env.observe().history.is_event.any()
    first = env.observe().candidates[:, 0]
    env.advance(first)
    seen = env.observe().history
    assert seen.item[:, -1].tolist() == first.tolist() and seen.is_event.sum() == 3
    assert np.allclose(seen.days[:, -1], 1 / env.population.answers_per_day)
    env.restart(np.array([True, False, False]))
    assert env.observe().history.is_event.any(axis=1).tolist() == [False, True, True]
    assert env.observe().of(1).history.item.shape == (1, seen.item.shape[1])


def test_a_minute_costs_what_the_episode_says():
    course = random_course(1)
    actions = np.arange(20) % course.resources
    rewards = []
    for cost in (0.0, 0.01):
        env = LearnerVectorEnv(course, 20, episode=EpisodeConfig(minute_cost=cost))
        env.reset(seed=1)
        rewards.append(env.advance(actions)[0])
    assert rewards[0] - rewards[1] == pytest.approx(0.01 * course.minutes[actions], abs=1e-5)
