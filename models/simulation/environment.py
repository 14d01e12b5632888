"""The simulator as a Gymnasium vector environment: B simulated learners of one course, stepped together.

The observation is the learner model's estimate (gain–propagation–forgetting after a diagnostic), never the hidden
state; the reward is computed from the estimate too. The hidden state is used only in the closing test and in
`knowledge_of_goal`, which evaluation reads.
"""

from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing.base import ModelState
from models.recommender import (
    Observation,
    compute_gate,
    find_feasible_resources,
    find_resting,
    find_wanted_points,
    pad_candidates,
    prefer_rested,
    still_needed,
)
from models.simulation.learners import Population, SimulatedLearners
from models.simulation.tutor import Estimator, RecentEvents, running_share

_STATE_FIELDS = (
    *("level", "demonstrated", "practised", "target", "closure", "done", "done_right"),
    *("clock", "steps", "success", "start_knowledge", "memory_of_learner", "memory_of_points"),
)
_HIDDEN_FIELDS = ("knowledge", "peak", "ability", "speed", "forgetting", "placement")


@dataclass(frozen=True)
class EpisodeConfig:
    """The rules of an episode and the weights of its reward.

    Attributes:
        longest: steps after which an episode ends.
        goals: largest number of goal points.
        fewest, most: bounds of the number of unmastered points before the goal at the start.
        questions: diagnostic items for each point.
        gain_reward: weight of the learner model's r = Σ η Δs (docs/design.md).
        progress_reward: weight of the growth of the goal's progress, see `progress`.
        goal_reward: added when the goal's mastery is reached.
        test_reward: weight of the closing test, the share of right answers to `test_questions` on each goal point.
        step_cost: subtracted for every step; minute_cost: for every minute of its resource.
    """

    longest: int = 40
    goals: int = 2
    fewest: int = 4
    most: int = 16
    questions: int = 2
    gain_reward: float = 0.0
    progress_reward: float = 1.0
    goal_reward: float = 1.0
    test_reward: float = 4.0
    test_questions: int = 8
    step_cost: float = 0.05
    minute_cost: float = 0.0


class LearnerVectorEnv(VectorEnv[dict[str, Any], Ints, Any]):
    """B simulated learners of one course, stepped together. Ended episodes are replaced in the same step."""

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}

    def __init__(
        self, course: Course, num_envs: int, population: Population | None = None, episode: EpisodeConfig | None = None
    ) -> None:
        self.course = course
        self.num_envs = num_envs
        self.population = population or Population()
        self.episode = episode or EpisodeConfig()
        self.single_observation_space = make_observation_space(course)
        self.single_action_space = gymnasium.spaces.Discrete(course.resources)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._estimator = Estimator(course)
        self._start_from_seed(0)
        self._goal_choices = np.flatnonzero(np.asarray(course.teaches.sum(axis=0)).ravel() > 0)

    def _start_from_seed(self, seed: int | list[int]) -> None:
        size, course = self.num_envs, self.course
        self._generator = np.random.default_rng(seed)
        self.learners = SimulatedLearners(course, self.population, size, self._generator)
        no_answers = np.zeros((size, course.points), dtype=np.float32)
        self.level, (self.memory_of_learner, self.memory_of_points) = self._estimator.start(no_answers, 1)
        self.demonstrated = self.level.copy()
        self.practised = np.zeros((size, course.points), dtype=np.float32)
        self.target = np.zeros((size, course.points), dtype=np.float32)
        self.closure = np.zeros((size, course.points), dtype=bool)
        self.done_right = np.full((size, course.resources), -np.inf, dtype=np.float32)
        self.done = np.full((size, course.resources), -np.inf, dtype=np.float32)
        self.clock = np.zeros(size, dtype=np.float32)
        self.steps = np.zeros(size, dtype=np.float32)
        self.success = np.full(size, 0.5, dtype=np.float32)
        self.start_knowledge = np.zeros(size, dtype=np.float32)
        self.recent = RecentEvents(size)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Replace all learners by new ones; `seed` makes the whole run repeatable."""
        if seed is not None:
            self._start_from_seed([one or 0 for one in seed] if isinstance(seed, list) else seed)
        self._renew(np.arange(self.num_envs))
        return self.as_dict(), {}

    def step(self, actions: Ints) -> tuple[dict[str, Any], Floats, Flags, Flags, dict[str, Any]]:
        """Do the chosen resources, `actions` (B,) as indices, and replace learners whose episode has ended."""
        reward, ended, reached = self.advance(np.asarray(actions))
        info: dict[str, Any] = {"reached": reached, "final_knowledge": self.knowledge_of_goal()}
        if ended.any():
            info |= {"final_obs": self.as_dict(), "_final_obs": ended}
        truncated = ended & ~reached & (self.steps >= self.episode.longest)
        self.restart(ended)
        return self.as_dict(), reward, ended & ~truncated, truncated, info

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """Do `step` without replacing ended learners; return reward, ended and goal reached, each (B,)."""
        rows = np.arange(self.num_envs)
        before = self.progress()
        right = self.learners.answer(actions)
        days = self.clock[:, None] - self.practised
        level, moved, gain, memory = self._estimator.follow(self.current(), days, self._memory, actions, right)
        self.memory_of_learner, self.memory_of_points = memory
        self.level = np.where(moved, level, self.level)
        self.demonstrated = self._estimator.demonstrate(self.demonstrated, level, actions, right)
        self.practised = np.where(moved, self.clock[:, None], self.practised)
        self.done[rows, actions] = self.clock
        self.done_right[rows, actions] = np.where(right, self.clock, self.done_right[rows, actions])
        self.recent.add(actions, self.clock, right)
        self.clock += np.float32(1 / self.population.answers_per_day)
        self.steps += 1
        self.success = running_share(self.success, right)
        reached = self.goal_reached()
        ended = reached | (self.steps >= self.episode.longest) | ~np.asarray(self.allowed().any(axis=1), dtype=bool)
        pay = self.episode
        reward = pay.gain_reward * gain + pay.progress_reward * (self.progress() - before) + self._closing_test(ended)
        reward += pay.goal_reward * reached - pay.step_cost - pay.minute_cost * self.course.minutes[actions]
        return reward.astype(np.float32), ended, reached

    def _closing_test(self, ended: Flags) -> Floats:
        """Return the reward of the closing test, test_reward · share right on the goal points, at the end, (B,)."""
        reward, who = np.zeros(self.num_envs, dtype=np.float32), np.flatnonzero(ended)
        if len(who) and self.episode.test_reward:
            share = self.learners.examine(who, self.episode.test_questions) / self.episode.test_questions
            aimed = self.target[who] > 0
            reward[who] = self.episode.test_reward * (share * aimed).sum(axis=1) / aimed.sum(axis=1)
        return reward

    def wait(self, days: Floats) -> None:
        """Advance the clock by `days` (B,) without a step; learners forget."""
        self.clock += days
        self.learners.forget(days)

    def restart(self, ended: Flags) -> None:
        """Replace the learners whose episode has `ended` (B,) by new ones."""
        if ended.any():
            self._renew(np.flatnonzero(ended))

    def current(self) -> Floats:
        """Return the estimated levels now, after decay since each point's last practice, (B, N)."""
        return self._estimator.now(self.level, self.clock[:, None] - self.practised, self._memory)

    @property
    def _memory(self) -> ModelState:
        return ModelState(self.memory_of_learner, self.memory_of_points)

    def gate(self, level: Floats) -> Floats:
        """Return the levels that are compared with prerequisites, (B, N), see `models.recommender.compute_gate`."""
        return compute_gate(level, self.demonstrated if self.course.rates.keeps_gates else None)

    def allowed(self, level: Floats | None = None) -> Flags:
        """Return the candidates as flags, (B, R); `level` (B, N): `current()` if not given."""
        level = self.current() if level is None else level
        wanted = find_wanted_points(self.course, level, self.target, self.closure)
        return prefer_rested(find_feasible_resources(self.course, self.gate(level), wanted), self.resting())

    def resting(self) -> Flags:
        """Return flags of the resources that were done too recently to be repeated, (B, R)."""
        return find_resting(self.course, self.clock[:, None], self.done, self.done_right)

    def observe(self) -> Observation:
        """Return the observation of all B learners, the input of recommenders."""
        level = self.current()
        candidates, mask = pad_candidates(self.allowed(level))
        return Observation(
            level=level,
            days=np.where(self.level > 0, self.clock[:, None] - self.practised, 0).astype(np.float32),
            target=self.target,
            wanted=find_wanted_points(self.course, level, self.target, self.closure),
            candidates=candidates,
            mask=mask,
            success=self.success.copy(),
            steps=self.steps.copy(),
            history=self.recent.history(self.clock),
            demonstrated=self.demonstrated.copy() if self.course.rates.keeps_gates else None,
        )

    def goal_reached(self) -> Flags:
        """Return whether every goal point is at its level, by the estimate, (B,)."""
        return np.asarray(((self.current() >= self.target) | (self.target == 0)).all(axis=1), dtype=bool)

    def knowledge_of_goal(self) -> Floats:
        """Return the mean hidden knowledge of the goal points, (B,). For evaluation only."""
        aimed = self.target > 0
        return np.asarray((self.learners.knowledge * aimed).sum(axis=1) / aimed.sum(axis=1), dtype=np.float32)

    def progress(self) -> Floats:
        """Return −Σ (need − s) over the points that the goal still needs, (B,), see `still_needed`."""
        level = self.current()
        wanted = find_wanted_points(self.course, level, self.target, self.closure)
        return -still_needed(self.course, level, self.target, wanted, self.gate(level))

    def state(self) -> dict[str, Any]:
        """Return copies of everything that changes: arrays and the state of the generator."""
        own = {name: getattr(self, name).copy() for name in _STATE_FIELDS}
        hidden = {name: getattr(self.learners, name).copy() for name in _HIDDEN_FIELDS}
        recent = self.recent.state()
        return {"mine": own, "hidden": hidden, "recent": recent, "random": self._generator.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        """Set everything that changes from `state()`."""
        for owner, arrays in ((self, state["mine"]), (self.learners, state["hidden"])):
            for name, array in arrays.items():
                setattr(owner, name, array.copy())
        self.recent.restore(state["recent"])
        self._generator.bit_generator.state = state["random"]

    def _renew(self, who: Ints) -> None:
        """Draw new learners for the indices `who`; draw one without any candidate again, up to ten times in all."""
        for _ in range(10):
            self._draw(who)
            level = self.level[who]
            wanted = find_wanted_points(self.course, level, self.target[who], self.closure[who])
            who = who[~find_feasible_resources(self.course, level, wanted).any(axis=1)]
            if len(who) == 0:
                break

    def _draw(self, who: Ints) -> None:
        self.learners.renew(who)
        right = self.learners.examine(who, self.episode.questions)
        self.level[who], memory = self._estimator.start(right, self.episode.questions)
        self.memory_of_learner[who], self.memory_of_points[who] = memory
        self.demonstrated[who] = self.level[who]
        for array, value in ((self.practised, 0), (self.clock, 0), (self.steps, 0), (self.success, 0.5)):
            array[who] = value
        self.done[who] = self.done_right[who] = -np.inf
        self.recent.forget(who)
        for learner in who:
            self.target[learner], self.closure[learner] = self._goal(int(learner))
        self.start_knowledge[who] = self.knowledge_of_goal()[who]

    def _goal(self, learner: int) -> tuple[Floats, Flags]:
        """Draw a goal with `fewest` to `most` unmastered points before it; return its target (N,) and closure (N,).

        If none of 30 draws fits, return the one with the smallest miss.
        """
        course, best, smallest = self.course, None, np.inf
        for _ in range(30):
            count = int(self._generator.integers(1, min(self.episode.goals, len(self._goal_choices)) + 1))
            points = self._generator.choice(self._goal_choices, size=count, replace=False)
            closure = course.closure(points)
            unmastered = int((closure & (self.level[learner] < course.mastered)).sum())
            open_goal = bool((self.level[learner, points] < course.mastered[points]).any())
            miss = max(self.episode.fewest - unmastered, unmastered - self.episode.most, 0) + 1000 * (not open_goal)
            if miss < smallest:
                best, smallest = (points, closure), miss
            if miss == 0:
                break
        assert best is not None
        target = np.zeros(course.points, dtype=np.float32)
        target[best[0]] = course.mastered[best[0]]
        return target, best[1]

    def as_dict(self) -> dict[str, Any]:
        """Return the observation in Gymnasium's form, see `make_observation_space`."""
        seen = self.observe()
        flags = np.zeros((self.num_envs, self.course.resources), dtype=np.int8)
        np.maximum.at(flags, (np.arange(self.num_envs)[:, None], seen.candidates), seen.mask.astype(np.int8))
        return {
            "level": seen.level,
            "days": np.clip(seen.days / 30, 0, 1).astype(np.float32),
            "target": seen.target.copy(),
            "wanted": seen.wanted.astype(np.int8),
            "mask": flags,
        }


def make_observation_space(course: Course) -> gymnasium.spaces.Dict:
    """Return the space of observations of one learner.

    level, days (in months, clipped), target: Box [0, 1]^N; wanted: N flags; mask: R flags, the action mask.
    """
    unit = gymnasium.spaces.Box(0, 1, (course.points,), np.float32)
    return gymnasium.spaces.Dict(
        {
            "level": unit,
            "days": unit,
            "target": unit,
            "wanted": gymnasium.spaces.MultiBinary(course.points),
            "mask": gymnasium.spaces.MultiBinary(course.resources),
        }
    )
