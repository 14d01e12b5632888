"""The KSS world of `benchmarks.paths`: one seed's tutor, 50,000 students to practise on, and the package's own 500.

The tutor's learner model is a DKT fitted to 6,000 practice students: their warm-up answers, then `STEPS` steps of
practice, half by chance over all points, half by chance among those near the last one in the graph. Practice students
are drawn from `seed`, test students from `TEST_SEED` + seed. What was drawn and fitted is kept on disk.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.kss_beam import Beam, TutorGate
from benchmarks.kss_world import EDGES, NEAR, POINTS, Drawn, KSSArrays, KSSPackage, draw
from benchmarks.paths_study import Study
from benchmarks.peers_kss import ROOT, Worker, installed
from models.course import Course, Flags, Ints
from models.ladder import Random
from models.learners import registry
from models.learners.dkt import DKT
from models.learners.log import NOTHING, AnswerLog
from models.learners.scores import area
from models.learners.tracer import Tracer
from models.practice import Past
from models.recommender import Recommender
from models.skill_course import skill_course

RUNS = ROOT / "benchmarks" / ".runs" / "paths" / "kss"
LENGTHS = (10, 20, 30)
PRACTICE, TEST, TEST_SEED = 50_000, 500, 1_000_000
FITTED, MEASURED, STEPS = 6000, 1000, 30
POINT_IDS = tuple(f"k{point}" for point in range(POINTS))


def study(seed: int) -> Study | None:
    """One seed; None, with the reason printed, where the package cannot be installed."""
    if not installed():
        return None
    course, practice = practice_side(seed)
    test = KSSPackage(Worker(), TEST, TEST_SEED + seed)
    return Study("kss", course, practice, test, LENGTHS, lambda length: rungs(course, test, seed))


def practice_side(seed: int) -> tuple[Course, KSSArrays]:
    """The course with its tutor, and the students to practise on."""
    practice = KSSArrays(practice_students(seed, PRACTICE))
    return skill_course("kss", POINT_IDS, np.array(EDGES), tutor(practice.drawn, seed)), practice


def rungs(course: Course, test: KSSPackage, seed: int) -> Mapping[str, Recommender]:
    """Chance, and beam searches that know the truth of `test`: free, and kept by the tutor to met prerequisites."""
    return {"random": Random(course, seed), "beam": Beam(test), "beam_constrained": Beam(test, TutorGate(course))}


def practice_students(seed: int, count: int) -> Drawn:
    """Drawn from the package once, then read from disk."""
    path = RUNS / f"practice-{count}-{seed}.npz"
    if not path.exists():
        with Worker() as worker:
            drawn = draw(worker, count, seed)
        _keep(drawn, path)
    with np.load(path) as kept:
        past = Past(kept["point"].astype(np.int64), kept["right"])
        return Drawn(kept["ability"], kept["target"], kept["last"], past)


def tutor(drawn: Drawn, seed: int) -> Tracer:
    """The tutor's DKT, fitted once; its AUC is of other practice students."""
    folder = RUNS / f"tutor-{seed}"
    if not (folder / registry.HEADER).exists():
        chosen = np.random.default_rng(seed)
        log = practice_log(drawn, FITTED + MEASURED, chosen)
        began = time.process_time()
        model = DKT.fit(log.take(np.arange(FITTED)), seed)
        seconds, held_out = time.process_time() - began, log.take(np.arange(FITTED, FITTED + MEASURED))
        auc = area(model.replay(held_out), held_out.right)
        registry.save(model, folder, {"auc": auc, "fit_s": seconds})
    found = registry.load(folder)
    return Tracer(found.model, found.version)


def practice_log(drawn: Drawn, count: int, generator: np.random.Generator) -> AnswerLog:
    """What the first `count` students answered in their warm-up and in practice afterwards."""
    students, everyone = KSSArrays(drawn), np.arange(count)
    students.begin(count, generator)
    students.renew(everyone, everyone)
    point, right = [drawn.past.point[:count]], [drawn.past.right[:count]]
    last = drawn.last[:count]
    for _ in range(STEPS):
        last = _next_points(last, generator)
        point.append(last[:, None])
        right.append(students.answer(last)[:, None])
    return log_of_rows(np.concatenate(point, axis=1), np.concatenate(right, axis=1))


def log_of_rows(point: Ints, right: Flags) -> AnswerLog:
    """A log of answers (B, T), NOTHING where there is none."""
    there = point >= 0
    answers = int(there.sum())
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(point))),
        skills=POINT_IDS,
        items=(),
        starts=np.concatenate([[0], np.cumsum(there.sum(axis=1))]),
        skill=point[there][:, None],
        item=np.full(answers, NOTHING),
        right=right[there],
        days=np.full(answers, np.nan),
    )


def _next_points(last: Ints, generator: np.random.Generator) -> Ints:
    """Half of the time any point, half of the time one near the last."""
    near = NEAR[last] | (generator.random(len(last)) < 0.5)[:, None] | (last < 0)[:, None]
    return np.asarray((generator.random(near.shape) * near).argmax(axis=1))


def _keep(drawn: Drawn, path: Path) -> None:
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
