"""Worlds of `benchmarks.paths` whose students are simulated by models fitted to real logs: assist2009, assist2015.

Of the training learners one half, drawn by the seed, gives the student model (DKT), the other the tutor's (DKT from
other first weights). The judge (simpleKT: attention in place of recurrence) and the rankers are fitted to all, and the
graph is mined from all. Test students are the first of the test file's learners with PAST answers; practice students
are the training learners. Fits are kept in .runs/paths/DATA/SEED; a second call only reads them.

`greedy_practised` and `beam_practised` plan with a learner model of their own: a DKT fitted to what PRACTISED practice
students answered in PRACTICE steps (benchmarks/paths_transcripts.py), which is the price of knowing how these learn.

Graph: at the miner's own strictness there is one prerequisite (2009) and none (2015); GRAPH leaves the order to the
majority and asks less of the dependence. Levels are P(right), so a prerequisite is met from P(right) = .6 on.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.learner_sets import Assistments, read
from benchmarks.paths_study import Study
from benchmarks.paths_transcripts import transcripts
from models.course import Course, Floats, Ints, Thresholds
from models.follower import Follower
from models.ladder import Random, target_repeat
from models.learners.contract import LearnerModel
from models.learners.dkt import DKT
from models.learners.log import AnswerLog
from models.learners.logistic import BestLR
from models.learners.registry import load, save
from models.learners.simplekt import SimpleKT
from models.learners.tracer import Tracer
from models.learners.tracing import TrainingSettings
from models.lookahead import BeamSettings, Lookahead, beam, greedy, padded
from models.mining.log import from_answers
from models.mining.mine import Rules, mine
from models.practice import Past, PracticeWorld
from models.practice import Rules as PracticeRules
from models.rankers.gru4rec import GRU4Rec
from models.rankers.log import InteractionLog
from models.rankers.registry import load as load_ranker
from models.rankers.registry import save as save_ranker
from models.rankers.rung import Ranked
from models.rankers.sasrec import SASRec
from models.rankers.sequence_ranker import SequenceRanker
from models.recommender import Recommender
from models.second_opinion import SecondOpinion
from models.skill_course import skill_course
from models.traced import TracedStudents, pasts
from models.walk import Walk

RUNS = Path(__file__).parent / ".runs" / "paths"
LENGTHS = (5, 10, 20)
PAST, STUDENTS = 20, 500
OPINION = 0.5
"""Weight of the second opinion in practice: a logistic model fitted to the tutor's half."""
PRACTISED, PRACTICE = 6000, 20
LIMITS = Thresholds(mastered=0.8, met=0.6)
GRAPH = Rules(q=0.2, lift=1.2, ordered=False)
JUDGE = TrainingSettings(epochs=8)
RANKER_WORK = 500_000
"""Predicted events of a ranker's search for its number of epochs, and again of its training: about a minute each."""
RANKERS: Mapping[str, type[SequenceRanker]] = {"gru4rec": GRU4Rec, "sasrec": SASRec}


def study(data: str, seed: int, runs: Path = RUNS) -> Study | None:
    """One seed of a data set; None, and a line saying so, where its files are missing."""
    found = read(data, None)
    return study_of(data, found.train, found.test, seed, runs / data) if isinstance(found, Assistments) else None


def study_of(name: str, train: AnswerLog, test: AnswerLog, seed: int, folder: Path) -> Study:
    """The same of logs at hand; fits are kept in `folder`."""
    folder, (one, other) = folder / str(seed), halves(train, seed)
    student = fitted(folder / "student", lambda: DKT.fit(one, 2 * seed))
    tutor = fitted(folder / "tutor", lambda: DKT.fit(other, 2 * seed + 1))
    judge = fitted(folder / "judge", lambda: SimpleKT.fit(train, seed, JUDGE))
    course = skill_course(name, train.skills, graph(train), Tracer(tutor, load(folder / "tutor").version), LIMITS)
    opinion = fitted(folder / "opinion", lambda: BestLR.fit(other, seed))
    past = pasts(test, PAST, STUDENTS)
    ranked = [Ranked(course, fitted_ranker(folder / each, each, train, seed), each) for each in RANKERS]
    practice = TracedStudents(student, pasts(train, PAST))
    own = fitted(folder / "practised", lambda: DKT.fit(answers(course, practice, seed), 2 * seed))
    planners = [
        Lookahead(course, "greedy_practised", BeamSettings(depth=1), own),
        Lookahead(course, "beam_practised", model=own),
    ]
    return Study(
        name=name,
        course=course,
        practice=practice,
        marked=SecondOpinion(practice, opinion, OPINION),
        test=TracedStudents(student, past, seed),
        lengths=LENGTHS,
        rungs=partial(rungs, course, seed, [*planners, *ranked]),
        judge=partial(judged, Follower(judge), past),
    )


def rungs(course: Course, seed: int, fitted: list[Recommender], length: int) -> Mapping[str, Recommender]:
    """By name; none of them depends on the length."""
    found: list[Recommender] = [Random(course, seed), target_repeat(course), greedy(course), beam(course), *fitted]
    return {rung.name: rung for rung in found}


def judged(judge: Follower, past: Past, walk: Walk) -> Floats:
    """(B,) E_p of a walk of the students with this past, by the judge's own P(right) on the targets."""
    students = np.arange(len(walk.points)) % len(past.point)
    before = judge.after(past.point[students], past.right[students])
    after = judge.on(before, walk.points, walk.right)
    goal = padded(walk.target > 0)
    start, end = ((judge.level(learner, goal) * (goal >= 0)).sum(1) / (goal >= 0).sum(1) for learner in (before, after))
    return np.asarray((end - start) / (1 - start), dtype=np.float32)


def halves(log: AnswerLog, seed: int) -> tuple[AnswerLog, AnswerLog]:
    """Two logs without a learner in common."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    one, other = (log.take(np.sort(part)) for part in np.array_split(order, 2))
    return one, other


def graph(log: AnswerLog) -> Ints:
    """(E, 2) prerequisites as (from, to), mined from the order of answers."""
    there = log.skill[:, 0] >= 0
    mastery = from_answers(log.learner[there], log.skill[there, 0], log.place[there], log.right[there])
    skill = np.array([int(point) for point in mastery.points])
    found = mine(mastery, GRAPH)
    return np.stack([skill[found.before], skill[found.after]], axis=1)


def answers(course: Course, practice: TracedStudents, seed: int) -> AnswerLog:
    """What practice students answered."""
    world = PracticeWorld(course, practice, PRACTISED, PracticeRules((PRACTICE,)))
    return transcripts(world, PRACTICE, seed)


def fitted(folder: Path, fit: Callable[[], LearnerModel]) -> LearnerModel:
    """The model in `folder`, or a new one that is kept there."""
    if not folder.exists():
        save(fit(), folder)
    return load(folder).model


def fitted_ranker(folder: Path, name: str, log: AnswerLog, seed: int) -> SequenceRanker:
    """The ranker in `folder`, or a new one, fitted to who practised what after what, that is kept there."""
    if not folder.exists():
        kind = RANKERS[name]
        save_ranker(kind.fit(interactions(log), settings=kind.Settings(work=RANKER_WORK), seed=seed), folder)
    found = load_ranker(folder).ranker
    assert isinstance(found, SequenceRanker)
    return found


def interactions(log: AnswerLog) -> InteractionLog:
    """Answers as events without a clock, an item a skill."""
    order = np.argsort(log.place, kind="stable")
    return InteractionLog(
        learners=log.learners,
        items=log.skills,
        learner=log.learner[order],
        item=log.skill[order, 0],
        at=log.place[order].astype(np.float64),
        outcome=log.right[order].astype(np.float32),
        clock=False,
    )
