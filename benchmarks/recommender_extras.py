"""What stands beside the fitted rankers: rungs of the course, the trained policy, peers, both horizons, cleaning."""

import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from benchmarks.courses import run_folder, trained
from benchmarks.recommender_data import Study
from benchmarks.recommender_runs import fitted
from benchmarks.recommender_tables import Standing
from benchmarks.recommender_worker import Run
from benchmarks.recommenders_scale import one_million
from graph.interaction_files import RawInteraction
from models.cascade import Cascade
from models.course import Course
from models.course_log import ask
from models.environment import LearnerVectorEnv
from models.horizons import Horizon, stay
from models.rankers.cleaning import clean
from models.rankers.registry import RANKERS
from models.rankers.rung import Ranked
from models.recommender import Recommender
from models.rungs import ladder
from models.standing import HELD_OUT
from models.training import TrainingConfig

STEPS = TrainingConfig.steps
SIZES = {"sasrec_rectools": {"n_factors": 128, "n_heads": 4}}
"""Peers at the size of ours."""


def rungs(course: Course, seed: int) -> list[Recommender]:
    """The ladder, and the policy that benchmarks.courses trained, where there is one."""
    found = ladder(course, seed)
    if (run_folder(course.id, "lodestar", seed, STEPS) / "policy.pt").exists():
        found.append(trained(course, "lodestar", seed, STEPS))
    else:
        print("skipped lodestar: `python -m benchmarks.courses` has not trained it")
    return found


def course_rungs(data: Study, seed: int) -> Iterator[tuple[str, Run]]:
    """Recommenders of the course, asked at the moments of its log."""
    assert data.course is not None and data.moments is not None
    for rung in rungs(data.course, seed):
        yield rung.name, Run(ask(rung, data.moments, data.catalogue))


def horizons_of(data: Study, standing: Standing, seed: int, learners: int) -> dict[str, Horizon]:
    """Every rung of the course, and every ranker that was fitted to the course's log, on the same held-out learners.

    A ranker that is silent hands over to `needed`.
    """
    assert data.course is not None
    course, found = data.course, rungs(data.course, seed)
    needed = next(rung for rung in found if rung.name == "needed")
    for name in RANKERS:
        runs = [run for run in standing.runs.get(name, []) if run.model is not None]
        if runs:
            found.append(Cascade([Ranked(course, fitted(runs[-1]), name), needed]))
    counts = np.bincount(data.trial.training.item, minlength=course.resources).astype(np.float32)
    env, results = LearnerVectorEnv(course, learners), {}
    for rung in found:
        results[rung.name] = stay(env, rung, HELD_OUT + seed, counts=counts)
        print(f"horizons {rung.name}, seed {seed}", flush=True)
    return results


def peer_runs(data: Study, names: Sequence[str], seed: int) -> Iterator[tuple[str, Run]]:
    """Peers on the same trial, where they are there."""
    if find_spec("benchmarks.peers_recommenders") is None:
        return
    for name in names if data.name.startswith("ml-100k") else ():
        settings = SIZES.get(name, {})
        done = import_module("benchmarks.peers_recommenders").peer(name, data.trial, data.catalogue, seed, settings)
        if done is not None:
            yield name, Run(done.result, done.train_s)


def cleaning_seconds() -> float:
    """Of a million rows, by the wall clock."""
    log = one_million(0)
    columns = (log.learner.tolist(), log.item.tolist(), log.at.tolist(), log.outcome.tolist())
    rows = [
        RawInteraction(log.learners[who], log.items[what], days, outcome)
        for who, what, days, outcome in zip(*columns, strict=True)
    ]
    began = time.perf_counter()
    clean(rows, log.items, float(log.at[-1]))
    return time.perf_counter() - began
