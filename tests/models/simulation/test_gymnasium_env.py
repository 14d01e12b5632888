"""One simulated learner for other libraries: Gymnasium's own checker, and the mask."""

import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from models.simulation.environment import EpisodeConfig
from models.simulation.gymnasium_env import LearnerEnv
from tests.models.courses import little_course, random_course


@pytest.mark.parametrize("course", [little_course(), random_course(1)], ids=["little", "random"])
def test_gymnasiums_checker_finds_nothing(course):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(LearnerEnv(course), skip_render_check=True)


def test_an_action_outside_the_mask_changes_nothing_and_costs_a_step():
    env = LearnerEnv(random_course(1), episode=EpisodeConfig(longest=5))
    seen, _ = env.reset(seed=0)
    forbidden = int(np.flatnonzero(~env.action_masks())[0])
    for step in range(5):
        after, reward, terminated, truncated, info = env.step(np.int64(forbidden))
        assert reward == pytest.approx(-0.05)
        assert info == {"allowed": False}
        assert (after["level"] == seen["level"]).all()
        assert (terminated, truncated) == (False, step == 4)


def test_an_episode_of_candidates():
    env = LearnerEnv(random_course(1))
    seen, _ = env.reset(seed=3)
    for _ in range(40):
        assert (env.action_masks() == seen["mask"].astype(bool)).all()
        seen, _, terminated, truncated, info = env.step(np.int64(np.flatnonzero(seen["mask"])[0]))
        assert info == {"allowed": True}
        if terminated or truncated:
            break
    assert terminated or truncated
