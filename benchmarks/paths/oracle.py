"""Oracle planner, an upper bound: a beam search on the true state of the simulated learners.

Uses the hidden truth: for reports, and as a teacher of imitation (models/rl/imitation.py), never to be served.

Each of the observation's candidates is followed `depth` steps with the simulator's own dynamics (readiness, fit, stage,
ability, speed, forgetting), each step at its mean outcome, for the true knowledge and for the learner model's future
estimate; the `width` best paths of each learner continue. A step is worth

    Σ_i truth_i Δk_i + Σ_i belief_i η_i Δs_i + first · [teaches something needed] − minute · minutes / mean minutes

truth: weights of the true knowledge that the goal needs, goal points fully, unmet prerequisites (by the estimate or in
truth) by `unlock`; belief: weights of the learner model's future estimate of wanted points, which opens candidates and
ends the path. A path that has reached the goal earns `finish` for every step it saves. The first step of the best path
is taken, and everything is planned anew after its answer. Mean outcomes and the horizon make it a strong planner, not
the optimum. Left out: the estimate's forgetting within the horizon.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.knowledge_tracing.state import compress_level, compute_expected_change, propagate_change
from models.recommender import (
    PERIPHERAL_IMPORTANCE,
    Decision,
    Observation,
    decide_by_score,
    find_feasible_resources,
    find_needed_points,
    find_wanted_points,
    pad_candidates,
)
from models.simulation.environment import LearnerVectorEnv


@dataclass(frozen=True)
class OracleSettings:
    """How far it looks and what it values, chosen on validation seeds.

    Attributes:
        depth: steps ahead; width: paths kept for each learner.
        truth: worth of the goal's knowledge; unlock: of a needed prerequisite's, as a share of that.
        needed: how much more the estimate of a needed point counts than that of a wanted one.
        first: worth of teaching something needed at all; finish: of each step saved; minute: cost of the
            course's mean minutes.
    """

    depth: int = 1
    width: int = 4
    truth: float = 1.0
    unlock: float = 1.0
    needed: float = 0.5
    first: float = 10.0
    finish: float = 20.0
    minute: float = 0.0


@dataclass(frozen=True, eq=False)
class BeamPaths:
    """S paths, equally many for each learner in a row.

    Attributes:
        who, first: (S,) the learner, and the position of the first step among the observation's candidates.
        knowledge, peak, level: (S, N) the mean truth and the mean estimate at the path's end.
        fresh: (S, R) resources that may still come.
        value: (S,) what the path is worth so far, −inf where there is no such path.
    """

    who: Ints
    first: Ints
    knowledge: Floats
    peak: Floats
    level: Floats
    fresh: Flags
    value: Floats

    def __len__(self) -> int:
        return len(self.who)

    def take(self, rows: Ints) -> "BeamPaths":
        """Some of the paths, in this order."""
        return BeamPaths(**{name: value[rows] for name, value in vars(self).items()})


@dataclass(frozen=True, eq=False)
class BeamSteps:
    """What K candidates would do after each of S paths: P(right) and worth (S, K), Δk of their points (S, K, C)."""

    candidates: Ints
    mask: Flags
    right: Floats
    growth: Floats
    worth: Floats


class OraclePlanner:
    """The upper bound for one environment; a `Recommender` that decides about the learners in it, and no others."""

    name = "clairvoyant"
    version = "1"

    def __init__(self, env: LearnerVectorEnv, foresight: OracleSettings | None = None) -> None:
        self.env, self.course, self.foresight = env, env.course, foresight or OracleSettings()
        self._minutes = self.course.minutes / max(1e-6, float(self.course.minutes.mean()))

    def decide(self, observation: Observation) -> Decision:
        """The first step of the best path found; score (B, K): the best value of a path that begins so."""
        paths = self._start(observation.level)
        paths = self._extend(paths, self._steps(paths, observation.candidates, observation.mask))
        for _ in range(self.foresight.depth - 1):
            paths = self._extend(paths, self._steps(paths, *self._candidates(paths)))
        found = np.isfinite(paths.value)
        score = np.full(observation.mask.shape, np.nan, dtype=np.float32)
        np.fmax.at(score, (paths.who[found], paths.first[found]), paths.value[found].astype(np.float32))
        return decide_by_score(score, observation.mask)

    def _start(self, level: Floats) -> BeamPaths:
        env, who = self.env, np.arange(self.env.num_envs)
        learners = env.learners
        return BeamPaths(who, who * 0 + NO_INDEX, learners.knowledge, learners.peak, level, ~env.resting(), who * 0.0)

    def _candidates(self, paths: BeamPaths) -> tuple[Ints, Flags]:
        """What may come next, as in `LearnerVectorEnv.allowed`."""
        going = np.isfinite(paths.value) & ~self._reached(paths)
        return pad_candidates(
            find_feasible_resources(self.course, paths.level, self._wanted(paths, paths.level))
            & paths.fresh
            & going[:, None]
        )

    def _wanted(self, paths: BeamPaths, level: Floats) -> Flags:
        return find_wanted_points(self.course, level, self.env.target[paths.who], self.env.closure[paths.who])

    def _reached(self, paths: BeamPaths) -> Flags:
        target = self.env.target[paths.who]
        return np.asarray(((paths.level >= target) | (target == 0)).all(axis=1))

    def _steps(self, paths: BeamPaths, candidates: Ints, mask: Flags) -> BeamSteps:
        """Mean outcomes, and what they are worth."""
        course, learners, want = self.course, self.env.learners, self.foresight
        points, importance = course.taught[candidates], course.importance[candidates]
        rows, target = np.arange(len(paths))[:, None, None], self.env.target[paths.who]
        chance, pace = learners.outlook(paths.knowledge, paths.who, candidates)
        right, growth = np.zeros_like(chance), np.zeros(points.shape, dtype=np.float32)
        for probability, well, share in learners.outcomes(chance):
            right += probability * well
            if share:
                growth += probability[..., None] * learners.growth(paths.knowledge, candidates, pace * share)
        rise = compute_expected_change(paths.level[rows, points], importance, right[..., None], course.rates)
        wanted = self._wanted(paths, paths.level)
        needed = find_needed_points(course, paths.level, target, wanted)
        lacking = needed | find_needed_points(course, paths.knowledge, target, self._wanted(paths, paths.knowledge))
        truth = np.where(target > 0, 1, want.unlock * lacking)[rows, points]
        belief = (wanted * (1 + want.needed * needed))[rows, points] * importance
        first = (needed[rows, points] * importance > PERIPHERAL_IMPORTANCE).any(axis=-1)
        worth = (want.truth * truth * growth + belief * rise).sum(axis=-1) + want.first * first
        return BeamSteps(candidates, mask, right, growth, worth - want.minute * self._minutes[candidates])

    def _extend(self, paths: BeamPaths, steps: BeamSteps) -> BeamPaths:
        """The `width` best of each learner's paths, one step longer; one that has ended stays as it is."""
        longer = np.where(steps.mask, paths.value[:, None] + steps.worth, -np.inf)
        stays = np.where(steps.mask.any(axis=1), -np.inf, paths.value + self.foresight.finish * self._reached(paths))
        row, column = _best(np.c_[longer, stays], self.env.num_envs, self.foresight.width)
        value = np.c_[longer, stays][row, column]
        first = np.where(paths.first[row] == NO_INDEX, column, paths.first[row])
        kept = replace(paths.take(row), first=first, value=value)
        going = np.flatnonzero((column < longer.shape[1]) & np.isfinite(value))
        after = self._after(kept.take(going), steps, row[going], column[going])
        for name in ("knowledge", "peak", "level", "fresh"):
            getattr(kept, name)[going] = getattr(after, name)
        return kept

    def _after(self, paths: BeamPaths, steps: BeamSteps, row: Ints, column: Ints) -> BeamPaths:
        """The paths (n,) one step on, by the candidate at (row, column) of `steps`, all (n,)."""
        course, learners, rates = self.course, self.env.learners, self.course.rates
        resources, rows = steps.candidates[row, column], np.arange(len(row))
        knowledge, importance = paths.knowledge.copy(), np.zeros_like(paths.level)
        for slot in range(course.taught.shape[1]):
            points = course.taught[resources, slot]
            knowledge[rows, points] += steps.growth[row, column, slot]
            importance[rows, points] += course.importance[resources, slot]
        knowledge = np.minimum(knowledge, 1)
        peak = np.maximum(paths.peak, knowledge)
        day = np.full(len(row), 1 / self.env.population.answers_per_day, dtype=np.float32)
        change = compute_expected_change(paths.level, importance, steps.right[row, column, None], rates)
        total = change + propagate_change(change, course.influence, rates)
        fresh = paths.fresh.copy()
        fresh[rows, resources] = False
        return replace(
            paths,
            knowledge=learners.faded(knowledge, peak, paths.who, day),
            peak=peak,
            level=np.where(total != 0, compress_level(paths.level + total, rates), paths.level),
            fresh=fresh,
        )


def _best(table: Floats, learners: int, width: int) -> tuple[Ints, Ints]:
    """Row and column of the best `width` entries of each learner's rows of `table`, as (learners · width,)."""
    columns = table.shape[1]
    flat = table.reshape(learners, -1)
    width = min(width, int(np.isfinite(flat).sum(axis=1).max(initial=1)) or 1)
    if width < flat.shape[1]:
        chosen = np.argpartition(-flat, width - 1, axis=1)[:, :width]
    else:
        chosen = np.tile(np.arange(flat.shape[1]), (learners, 1))
    rows_each = flat.shape[1] // columns
    row = np.arange(learners)[:, None] * rows_each + chosen // columns
    return row.ravel(), (chosen % columns).ravel()
