"""Worlds of simulated students from real logs, assist2009 and assist2015, for benchmarks/paths/compare.py.

The students are simulated by learner models fitted to the logs.

Of the training learners one half, drawn by the seed, gives the student model (DKT), the other the tutor's (DKT from
other initial weights). The judge (simpleKT: attention in place of recurrence) and the rankers are fitted to all, and
the graph is mined from all. Test students are the first of the test file's learners with `PAST_ANSWERS` answers;
practice students are the training learners. Fits are kept in benchmarks/.runs/paths/DATA/SEED; a second call reads
them.

`greedy_practised` and `beam_practised` plan with a learner model of their own: a DKT fitted to the answers of
`PRACTISED_STUDENTS` practice students in `PRACTICE_STEPS` steps; that practice is the price of the model. A third of
those answers is to the least known target, nearly half to the last point again, the rest to any candidate: a planner
that repeats a point, as good ones do, must know the effect of repeating it.

Graph: at the miner's own strictness there is one prerequisite (2009) and none (2015); `MINING_RULES` leaves the order
to the majority and requires less dependence. Levels are P(right), so a prerequisite is met from P(right) = .6 on.

Second opinion: the exam of practice students is marked by two learner models,

    exam = (1 − w) own exam + w second model's levels after the same answers

A policy that practises with students of one simulator also learns its errors. A second model of another kind, fitted to
other learners, shares the regularities and not the errors (as ensembles of dynamics do in model-based reinforcement
learning, Kurutach et al. 2018). For practice only: a test is marked by the students' own exam.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folders import RUNS_FOLDER
from benchmarks.knowledge_tracing.datasets import Assistments, read_data_set
from benchmarks.paths.methods import WorldStudy
from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.course import Course, Thresholds
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import LearnerModel, ModelState, ServedLearnerModel
from models.knowledge_tracing.dkt import DKT
from models.knowledge_tracing.logistic import BestLR
from models.knowledge_tracing.neural import KTTrainingSettings
from models.knowledge_tracing.registry import load_learner_model, save_learner_model
from models.knowledge_tracing.simplekt import SimpleKT
from models.mining.mastery_log import build_log_from_answers
from models.mining.prerequisites import MiningRules, mine_prerequisites
from models.policies.lookahead import BeamSettings, LookaheadPlanner, make_beam_planner, make_greedy_planner, pad_flags
from models.policies.rule_based import RandomStrategy, make_target_repeat
from models.policies.wrappers import RankerStrategy
from models.rankers.interactions import InteractionLog
from models.rankers.registry import load_saved_ranker, save_ranker
from models.rankers.sequence_networks import GRU4Rec, SASRec
from models.rankers.sequential import SequenceRanker
from models.recommender import Observation, Recommender
from models.simulation.kt_students import KTStudents, collect_past_answers, make_skill_course
from models.simulation.practice import PastAnswers, PracticeConfig, PracticeRollout, PracticeWorld, Students
from models.simulation.tutor import BatchedLearnerModel, BatchedVectorModel

TARGET_SHARE, REPEAT_SHARE = 0.3, 0.45
"""Shares; customary exploration, not tuned."""


def simulate_transcripts(world: PracticeWorld, steps: int, seed: int) -> AnswerLog:
    """The past and `steps` answers of every student, as far back as the world's history goes."""
    generator, aimed = np.random.default_rng(seed), make_target_repeat(world.course)
    world.reset(seed=seed)
    last = choose_mixed(world.observe(), aimed, None, generator)
    for _ in range(steps):
        world.advance(last)
        last = choose_mixed(world.observe(), aimed, last, generator)
    return build_histories(world.course, world.observe())


def choose_mixed(seen: Observation, aimed: Recommender, last: Ints | None, generator: np.random.Generator) -> Ints:
    """(B,) what is practised next; the last point again only where it still is a candidate."""
    draw, rows = generator.random(len(seen)), np.arange(len(seen))
    any_one = (generator.random(seen.mask.shape) * seen.mask).argmax(axis=1)
    column = np.where(draw < TARGET_SHARE, aimed.decide(seen).chosen, any_one)
    if last is not None:
        same = (seen.candidates == last[:, None]) & seen.mask
        column = np.where((draw > 1 - REPEAT_SHARE) & same.any(axis=1), same.argmax(axis=1), column)
    return np.asarray(seen.candidates[rows, column])


def build_histories(course: Course, seen: Observation) -> AnswerLog:
    """The histories of a course of one point a resource."""
    assert seen.history is not None
    there = seen.history.is_event
    count = int(there.sum())
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(seen))),
        skills=tuple(course.point_ids),
        items=(),
        starts=np.concatenate([[0], np.cumsum(there.sum(axis=1))]),
        skill=seen.history.item[there][:, None],
        item=np.full(count, NO_INDEX),
        right=seen.history.outcome[there] > 0.5,
        days=np.full(count, np.nan),
    )


class SecondOpinion:
    """A `Students` around others; weight: w."""

    def __init__(self, students: Students, model: LearnerModel, weight: float) -> None:
        self.students, self.past, self.weight = students, students.past, weight
        self._belief = BatchedLearnerModel(model)
        self._brought = self._belief.after(self.past.point, self.past.right)

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`."""
        self.students.begin(size, generator)
        self._known = self._belief.start(size)
        self._level = self._belief.levels(self._known)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        for mine, brought in zip(self._known, self._brought, strict=True):
            mine[who] = brought[students]
        self._level[who] = self._belief.levels(ModelState(*(part[who] for part in self._known)))
        return self.students.renew(who, students)

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        right = self.students.answer(points)
        self._known = self._belief.heard(self._known, points, right)
        self._level = self._belief.levels(self._known)
        return right

    def exam(self) -> Floats:
        """See the module, (B, N)."""
        return np.asarray((1 - self.weight) * self.students.exam() + self.weight * self._level, dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        known = {name: part.copy() for name, part in self._known._asdict().items()}
        return {"students": self.students.state(), "known": known, "level": self._level.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.students.restore(state["students"])
        self._known = ModelState(*(state["known"][name].copy() for name in ModelState._fields))
        self._level = state["level"].copy()


RUNS = RUNS_FOLDER / "paths"
LENGTHS = (5, 10, 20)
PAST_ANSWERS, TEST_STUDENTS = 20, 500
OPINION_WEIGHT = 0.5
"""Weight of the second opinion in practice: a logistic model fitted to the tutor's half."""
PRACTISED_STUDENTS, PRACTICE_STEPS = 6000, 20
LEVEL_THRESHOLDS = Thresholds(mastered=0.8, met=0.6)
MINING_RULES = MiningRules(q=0.2, lift=1.2, ordered=False)
JUDGE_SETTINGS = KTTrainingSettings(epochs=8)
RANKER_WORK = 500_000
"""Predicted events of a ranker's search for its number of epochs, and again of its training: about a minute each."""
SEQUENCE_RANKERS: Mapping[str, type[SequenceRanker]] = {"gru4rec": GRU4Rec, "sasrec": SASRec}


def load_kt_study(data: str, seed: int, runs: Path = RUNS) -> WorldStudy | None:
    """One seed of a data set; None, and a line saying so, where its files are missing."""
    found = read_data_set(data, None)
    return build_kt_study(data, found.train, found.test, seed, runs / data) if isinstance(found, Assistments) else None


def build_kt_study(name: str, train: AnswerLog, test: AnswerLog, seed: int, folder: Path) -> WorldStudy:
    """The same of logs at hand; fits are kept in `folder`."""
    folder, (one, other) = folder / str(seed), split_learners(train, seed)
    student = load_or_fit(folder / "student", lambda: DKT.fit(one, 2 * seed))
    tutor = load_or_fit(folder / "tutor", lambda: DKT.fit(other, 2 * seed + 1))
    judge = load_or_fit(folder / "judge", lambda: SimpleKT.fit(train, seed, JUDGE_SETTINGS))
    course = make_skill_course(
        name,
        train.skills,
        mine_graph(train),
        ServedLearnerModel(tutor, load_learner_model(folder / "tutor").version),
        LEVEL_THRESHOLDS,
    )
    opinion = load_or_fit(folder / "opinion", lambda: BestLR.fit(other, seed))
    past = collect_past_answers(test, PAST_ANSWERS, TEST_STUDENTS)
    ranked = [
        RankerStrategy(course, load_or_fit_ranker(folder / each, each, train, seed), each) for each in SEQUENCE_RANKERS
    ]
    practice = KTStudents(student, collect_past_answers(train, PAST_ANSWERS))
    own = load_or_fit(folder / "practised", lambda: DKT.fit(simulate_answers(course, practice, seed), 2 * seed))
    planners = [
        LookaheadPlanner(course, "greedy_practised", BeamSettings(depth=1), own),
        LookaheadPlanner(course, "beam_practised", model=own),
    ]
    return WorldStudy(
        name=name,
        course=course,
        practice=practice,
        marked=SecondOpinion(practice, opinion, OPINION_WEIGHT),
        test=KTStudents(student, past, seed),
        lengths=LENGTHS,
        rungs=partial(make_baselines, course, seed, [*planners, *ranked]),
        judge=partial(judge_walk, BatchedVectorModel(judge), past),
    )


def make_baselines(course: Course, seed: int, fitted: list[Recommender], length: int) -> Mapping[str, Recommender]:
    """By name; none of them depends on the length."""
    found: list[Recommender] = [
        RandomStrategy(course, seed),
        make_target_repeat(course),
        make_greedy_planner(course),
        make_beam_planner(course),
        *fitted,
    ]
    return {rung.name: rung for rung in found}


def judge_walk(judge: BatchedVectorModel, past: PastAnswers, walk: PracticeRollout) -> Floats:
    """(B,) E_p of a walk of the students with this past, by the judge's own P(right) on the targets."""
    students = np.arange(len(walk.points)) % len(past.point)
    before = judge.after(past.point[students], past.right[students])
    after = judge.on(before, walk.points, walk.right)
    goal = pad_flags(walk.target > 0)
    start, end = ((judge.level(learner, goal) * (goal >= 0)).sum(1) / (goal >= 0).sum(1) for learner in (before, after))
    return np.asarray((end - start) / (1 - start), dtype=np.float32)


def split_learners(log: AnswerLog, seed: int) -> tuple[AnswerLog, AnswerLog]:
    """Two logs without a learner in common."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    one, other = (log.take(np.sort(part)) for part in np.array_split(order, 2))
    return one, other


def mine_graph(log: AnswerLog) -> Ints:
    """(E, 2) prerequisites as (from, to), mined from the order of answers."""
    there = log.skill[:, 0] >= 0
    mastery = build_log_from_answers(log.learner[there], log.skill[there, 0], log.index[there], log.right[there])
    skill = np.array([int(point) for point in mastery.points])
    found = mine_prerequisites(mastery, MINING_RULES)
    return np.stack([skill[found.before], skill[found.after]], axis=1)


def simulate_answers(course: Course, practice: KTStudents, seed: int) -> AnswerLog:
    """What practice students answered."""
    world = PracticeWorld(course, practice, PRACTISED_STUDENTS, PracticeConfig((PRACTICE_STEPS,)))
    return simulate_transcripts(world, PRACTICE_STEPS, seed)


def load_or_fit(folder: Path, fit: Callable[[], LearnerModel]) -> LearnerModel:
    """The model in `folder`, or a new one that is kept there."""
    if not folder.exists():
        save_learner_model(fit(), folder)
    return load_learner_model(folder).model


def load_or_fit_ranker(folder: Path, name: str, log: AnswerLog, seed: int) -> SequenceRanker:
    """The ranker in `folder`, or a new one, fitted to who practised what after what, that is kept there."""
    if not folder.exists():
        kind = SEQUENCE_RANKERS[name]
        save_ranker(kind.fit(build_interactions(log), settings=kind.Settings(work=RANKER_WORK), seed=seed), folder)
    found = load_saved_ranker(folder).ranker
    assert isinstance(found, SequenceRanker)
    return found


def build_interactions(log: AnswerLog) -> InteractionLog:
    """Answers as events without a clock, an item a skill."""
    order = np.argsort(log.index, kind="stable")
    return InteractionLog(
        learners=log.learners,
        items=log.skills,
        learner=log.learner[order],
        item=log.skill[order, 0],
        days=log.index[order].astype(np.float64),
        outcome=log.right[order].astype(np.float32),
        clock=False,
    )
