"""The KSS world of benchmarks/paths/compare.py: tutor, students, and a beam search as upper bound.

One seed has a tutor, 50,000 students to practise on, and 500 test students of the package.

The tutor's learner model is a DKT fitted to 6,000 practice students: their warm-up answers, then `PRACTICE_STEPS` steps
of practice, half at random over all points, half at random among those near the last one in the graph. Practice
students are drawn from `seed`, test students from `TEST_SEED` + seed. Drawn students and fitted models are kept on
disk.

Beam search with the true state and dynamics, no tutor: the whole rest of a path is searched when it begins, `width`
abilities in parallel, ranked by

    score = Σ_targets right + closeness / 2,   closeness = mean over targets of clip((a + 4) / (threshold + 4), 0, 1)

A filter gives the possible points of each branch: all (`PointFilter`), points whose prerequisites would be answered
right in truth (`TruePrerequisiteFilter`), or what the tutor's estimate allows after the branch's answers
(`TutorFilter`; there practice without an effect may still change the estimate, elsewhere it is considered only if
nothing else is possible). Where a world does not allow the planned point, the rest is planned anew, beginning with a
candidate.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from benchmarks.folders import RUNS_FOLDER
from benchmarks.paths.kss import (
    ABILITY_SPREAD,
    EDGES,
    MAX_ABILITY,
    NEAR_POINTS,
    POINTS,
    PREREQUISITES,
    RIGHT_THRESHOLDS,
    DrawnStudents,
    KSSArrays,
    KSSPackage,
    KSSWorker,
    draw_students,
    ensure_installed,
)
from benchmarks.paths.methods import WorldStudy
from models.arrays import NO_INDEX, Doubles, Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing import registry
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import ModelState, Question, ServedLearnerModel
from models.knowledge_tracing.dkt import DKT
from models.knowledge_tracing.evaluation import roc_auc_score
from models.policies.rule_based import RandomStrategy
from models.recommender import Decision, Observation, Recommender, decide_by_score, find_blocked_points
from models.simulation.kt_students import make_skill_course
from models.simulation.practice import PastAnswers, PracticeObservation

BEAM_WIDTH = 150
MIN_ABILITY = -4.0
"""Below the abilities of nearly all students."""
_PREREQUISITES, _ABILITY_SPREAD, _RIGHT_THRESHOLDS = (
    array.astype(np.float32) for array in (PREREQUISITES, ABILITY_SPREAD, RIGHT_THRESHOLDS)
)


class OracleStudents(Protocol):
    """Students whose truth may be asked."""

    def truth(self) -> tuple[Doubles, Ints]:
        """Abilities (B, N) and last items in effect (B,)."""
        ...


class PointFilter:
    """No constraint. `memory` (B, W, H) is the tutor's, for a gate that asks for it."""

    name, waits = "beam", False

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """(B, W, N) what may be practised."""
        return np.ones(ability.shape, dtype=bool)

    def heard(self, memory: Floats, points: Ints, right: Flags) -> Floats:
        """The tutor's memory after the answers (B, W)."""
        return memory


class TruePrerequisiteFilter(PointFilter):
    """Points all of whose prerequisites would be answered rightly."""

    name = "beam_met"

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """See `PointFilter`."""
        return np.asarray((ability < _RIGHT_THRESHOLDS).astype(np.float32) @ _PREREQUISITES == 0)


class TutorFilter(PointFilter):
    """What the tutor of a course allows, whose learner model keeps all it goes by in the learner's vector (a DKT)."""

    name, waits = "beam_constrained", True

    def __init__(self, course: Course) -> None:
        assert course.learner_model, "there is no tutor without a learner model"
        self.course, self.model = course, course.learner_model.model

    def possible(self, ability: Floats, memory: Floats) -> Flags:
        """See `PointFilter`."""
        learner = memory.reshape(-1, memory.shape[2])
        question = _question(np.repeat(np.arange(POINTS)[None], len(learner), axis=0))
        level = self.model.mastery(ModelState(learner, np.zeros((len(learner), POINTS, 1), np.float32)), question).level
        return ~find_blocked_points(self.course, level).reshape(ability.shape)

    def heard(self, memory: Floats, points: Ints, right: Flags) -> Floats:
        """See `PointFilter`."""
        known = ModelState(memory.reshape(-1, memory.shape[2]), np.zeros((points.size, 1, 1), np.float32))
        return self.model.update(known, _question(points.reshape(-1, 1)), right.ravel()).learner.reshape(memory.shape)


class SearchStart(NamedTuple):
    """Where B searches begin: abilities, targets and what may be first (B, N), last items (B,), memories (B, H)."""

    ability: Doubles
    last: Ints
    memory: Floats
    target: Floats
    first: Flags


class KSSBeamSearch:
    """A recommender for all places of a world of `students`, in their order."""

    version = "1"

    def __init__(self, students: OracleStudents, gate: PointFilter | None = None, width: int = BEAM_WIDTH) -> None:
        self.students, self.gate, self.width = students, gate or PointFilter(), width
        self.name = self.gate.name
        self._plan = np.zeros((0, 0), dtype=np.int64)

    def decide(self, observation: Observation) -> Decision:
        """What was planned, or the first step of a new plan."""
        assert isinstance(observation, PracticeObservation), "the length of the path is needed"
        left, steps = observation.left.astype(np.int64), observation.steps.astype(np.int64)
        self._make_room(len(observation), int((left + steps).max()))
        rows = np.arange(len(observation))
        possible = np.zeros((len(observation), POINTS), dtype=bool)
        learner, place = np.nonzero(observation.mask)
        possible[learner, observation.candidates[learner, place]] = True
        new = (steps == 0) | ~possible[rows, self._plan[rows, steps]]
        for length in np.unique(left[new]):
            who = np.flatnonzero(new & (left == length))
            ability, last = self.students.truth()
            wanted = (observation.target[who] > 0).astype(np.float32)
            start = SearchStart(ability[who], last[who], observation.memory[who], wanted, possible[who])
            self._plan[who[:, None], steps[who, None] + np.arange(length)] = search_paths(
                start, int(length), self.gate, self.width
            )
        chosen = self._plan[rows, steps]
        return decide_by_score((observation.candidates == chosen[:, None]).astype(np.float32), observation.mask)

    def _make_room(self, size: int, length: int) -> None:
        if len(self._plan) != size or self._plan.shape[1] < length:
            self._plan = np.zeros((size, length), dtype=np.int64)


def search_paths(start: SearchStart, length: int, gate: PointFilter, width: int = BEAM_WIDTH) -> Ints:
    """The best paths found, (B, T)."""
    rows = np.arange(len(start.last))[:, None]
    a, last, memory = start.ability[:, None].astype(np.float32), start.last[:, None], start.memory[:, None]
    paths, score = np.zeros((len(rows), 1, 0), dtype=np.int64), np.zeros((len(rows), 1))
    for turn in range(length):
        possible = gate.possible(a, memory)
        if turn == 0:
            possible = _first_possible(possible & start.first[:, None], start.first[:, None])
        after, effect = _children(a, last)
        options = possible if gate.waits else _first_possible(possible & effect, possible)
        options &= (score > -np.inf)[..., None]
        scored = np.where(options, _score(after, start.target), -np.inf).reshape(len(rows), -1)
        best = np.argpartition(-scored, min(width, scored.shape[1]) - 1, axis=1)[:, :width]
        parent, point = best // POINTS, best % POINTS
        a, last = after[rows, parent, point], np.where(effect[rows, parent, point], point, last[rows, parent])
        right = np.take_along_axis(a >= _RIGHT_THRESHOLDS, point[..., None], axis=2)[..., 0]
        memory = gate.heard(memory[rows, parent], point, right)
        paths, score = np.concatenate([paths[rows, parent], point[..., None]], axis=2), scored[rows, best]
    return np.asarray(paths[rows[:, 0], score.argmax(axis=1)])


def _first_possible(wanted: Flags, otherwise: Flags) -> Flags:
    """The first where it allows anything."""
    return np.where(wanted.any(axis=-1, keepdims=True), wanted, otherwise)


def _children(ability: Floats, last: Ints) -> tuple[Floats, Flags]:
    """Abilities (B, W, N, N) after each next point, and which of these have an effect (B, W, N)."""
    effect = NEAR_POINTS[last] | (last < 0)[..., None]
    gain = 0.5 * (MAX_ABILITY - ability) * np.exp((ability - MAX_ABILITY) @ _PREREQUISITES) * effect
    after = np.minimum(MAX_ABILITY, ability[..., None, :] + gain[..., None] * _ABILITY_SPREAD)
    return after.astype(np.float32), effect


def _score(ability: Floats, target: Floats) -> Floats:
    """(B, W, N) of abilities (B, W, N, N)."""
    near = np.clip((ability - MIN_ABILITY) / (_RIGHT_THRESHOLDS - MIN_ABILITY).astype(np.float32), 0, 1)
    value = (ability >= _RIGHT_THRESHOLDS) + near / (2 * target.sum(axis=1))[:, None, None, None]
    return np.asarray((value @ target[:, None, :, None])[..., 0])


def _question(points: Ints) -> Question:
    ones = np.ones(points.shape, dtype=np.float32)
    return Question(points, ones, np.full(len(points), NO_INDEX), 0 * ones)


RUNS = RUNS_FOLDER / "paths" / "kss"
LENGTHS = (10, 20, 30)
PRACTICE_STUDENTS, TEST_STUDENTS, TEST_SEED = 50_000, 500, 1_000_000
FIT_STUDENTS, SCORED_STUDENTS, PRACTICE_STEPS = 6000, 1000, 30
POINT_IDS = tuple(f"k{point}" for point in range(POINTS))


def build_kss_study(seed: int) -> WorldStudy | None:
    """One seed; None, with the reason printed, where the package cannot be installed."""
    if not ensure_installed():
        return None
    course, practice = build_practice(seed)
    test = KSSPackage(KSSWorker(), TEST_STUDENTS, TEST_SEED + seed)
    return WorldStudy("kss", course, practice, test, LENGTHS, lambda length: make_baselines(course, test, seed))


def build_practice(seed: int) -> tuple[Course, KSSArrays]:
    """The course with its tutor, and the students to practise on."""
    practice = KSSArrays(load_practice_students(seed, PRACTICE_STUDENTS))
    return make_skill_course("kss", POINT_IDS, np.array(EDGES), load_or_fit_tutor(practice.drawn, seed)), practice


def make_baselines(course: Course, test: KSSPackage, seed: int) -> Mapping[str, Recommender]:
    """Chance, and beam searches that know the truth of `test`: free, and kept by the tutor to met prerequisites."""
    return {
        "random": RandomStrategy(course, seed),
        "beam": KSSBeamSearch(test),
        "beam_constrained": KSSBeamSearch(test, TutorFilter(course)),
    }


def load_practice_students(seed: int, count: int) -> DrawnStudents:
    """Drawn from the package once, then read from disk."""
    path = RUNS / f"practice-{count}-{seed}.npz"
    if not path.exists():
        with KSSWorker() as worker:
            drawn = draw_students(worker, count, seed)
        _save(drawn, path)
    with np.load(path) as kept:
        past = PastAnswers(kept["point"].astype(np.int64), kept["right"])
        return DrawnStudents(kept["ability"], kept["target"], kept["last"], past)


def load_or_fit_tutor(drawn: DrawnStudents, seed: int) -> ServedLearnerModel:
    """The tutor's DKT, fitted once; its AUC is of other practice students."""
    folder = RUNS / f"tutor-{seed}"
    if not (folder / registry.HEADER_FILE).exists():
        chosen = np.random.default_rng(seed)
        log = simulate_practice_log(drawn, FIT_STUDENTS + SCORED_STUDENTS, chosen)
        began = time.process_time()
        model = DKT.fit(log.take(np.arange(FIT_STUDENTS)), seed)
        seconds, held_out = (
            time.process_time() - began,
            log.take(np.arange(FIT_STUDENTS, FIT_STUDENTS + SCORED_STUDENTS)),
        )
        auc = roc_auc_score(model.replay(held_out), held_out.right)
        registry.save_learner_model(model, folder, {"auc": auc, "fit_s": seconds})
    found = registry.load_learner_model(folder)
    return ServedLearnerModel(found.model, found.version)


def simulate_practice_log(drawn: DrawnStudents, count: int, generator: np.random.Generator) -> AnswerLog:
    """What the first `count` students answered in their warm-up and in practice afterwards."""
    students, everyone = KSSArrays(drawn), np.arange(count)
    students.begin(count, generator)
    students.renew(everyone, everyone)
    point, right = [drawn.past.point[:count]], [drawn.past.right[:count]]
    last = drawn.last[:count]
    for _ in range(PRACTICE_STEPS):
        last = _next_points(last, generator)
        point.append(last[:, None])
        right.append(students.answer(last)[:, None])
    return build_log(np.concatenate(point, axis=1), np.concatenate(right, axis=1))


def build_log(point: Ints, right: Flags) -> AnswerLog:
    """A log of answers (B, T), NO_INDEX where there is none."""
    there = point >= 0
    answers = int(there.sum())
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(point))),
        skills=POINT_IDS,
        items=(),
        starts=np.concatenate([[0], np.cumsum(there.sum(axis=1))]),
        skill=point[there][:, None],
        item=np.full(answers, NO_INDEX),
        right=right[there],
        days=np.full(answers, np.nan),
    )


def _next_points(last: Ints, generator: np.random.Generator) -> Ints:
    """Half of the time any point, half of the time one near the last."""
    near = NEAR_POINTS[last] | (generator.random(len(last)) < 0.5)[:, None] | (last < 0)[:, None]
    return np.asarray((generator.random(near.shape) * near).argmax(axis=1))


def _save(drawn: DrawnStudents, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        ability=drawn.ability,
        target=drawn.target,
        last=drawn.last,
        point=drawn.past.point.astype(np.int8),
        right=drawn.past.right,
    )
    part.replace(path)
