"""One simulated learner as a plain Gymnasium environment, for libraries and notebooks that expect one."""

from typing import Any

import gymnasium
import numpy as np

from models.course import Course
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv, make_observation_space
from models.simulation.learners import Population


class LearnerEnv(gymnasium.Env[dict[str, Any], np.int64]):
    """`LearnerVectorEnv` with one learner and no automatic reset.

    An action outside the mask is not carried out: it costs `step_cost`, counts as a step and leaves the learner
    unchanged, so that a library that ignores masks cannot recommend a resource with an unmet prerequisite.
    """

    metadata = {"render_modes": []}

    def __init__(
        self, course: Course, population: Population | None = None, episode: EpisodeConfig | None = None
    ) -> None:
        self._vector = LearnerVectorEnv(course, 1, population, episode)
        self._wasted = 0
        self.observation_space = make_observation_space(course)
        self.action_space = gymnasium.spaces.Discrete(course.resources)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Draw a new learner who has at least one candidate."""
        super().reset(seed=seed)
        seen, info = self._vector.reset(seed=seed, options=options)
        while not seen["mask"].any():
            seen, info = self._vector.reset()
        self._wasted = 0
        return self._first(seen), info

    def step(self, action: np.int64) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Do one resource; `info["allowed"]` is whether it was a candidate."""
        vector = self._vector
        allowed = bool(vector.allowed()[0, action])
        if not allowed:
            self._wasted += 1
            late = vector.steps[0] + self._wasted >= vector.episode.longest
            return self._first(vector.as_dict()), -vector.episode.step_cost, False, bool(late), {"allowed": False}
        reward, ended, reached = vector.advance(np.array([action]))
        late = bool(vector.steps[0] + self._wasted >= vector.episode.longest)
        stopped = bool(ended[0]) and (bool(reached[0]) or not late)
        return self._first(vector.as_dict()), float(reward[0]), stopped, late and not stopped, {"allowed": True}

    def action_masks(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return the candidates (R,), under the method name that sb3-contrib expects."""
        return np.asarray(self._vector.allowed()[0])

    @staticmethod
    def _first(seen: dict[str, Any]) -> dict[str, Any]:
        return {name: values[0] for name, values in seen.items()}
