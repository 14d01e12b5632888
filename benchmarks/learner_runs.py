"""One model on one split: what `benchmarks.learners` measures, each result kept on disk so that a broken run goes on.

The clock of an update is the wall clock of `predict` and `update` for one learner, asked one point that has seven
neighbours, median of `CALLS`, after 10 and after 1,000 answers of that learner: the longer history must cost nothing.
Memory is that of the arrays: the model's parameters, and a learner's vectors if every point were stored.
"""

import ast
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.learner_sets import Split
from models.learners.contract import LearnerModel, Memory, Question, aligned
from models.learners.log import NOTHING, AnswerLog, log_of
from models.learners.registry import MODELS, learner_model
from models.learners.scores import reliability, scores

KEPT = Path(__file__).parent / ".runs" / "learners"
POINTS = 8
CALLS = 100
LARGE = 10_000
Result = dict[str, Any]


def kept(key: dict[str, Any], measure: Callable[[], Result]) -> Result:
    """The result under this key, measured now if it is not on disk."""
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:20]
    path = KEPT / f"{name}.json"
    if path.exists():
        found: Result = json.loads(path.read_text(encoding="utf-8"))["result"]
        return found
    result = measure()
    KEPT.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"key": key, "result": result}), encoding="utf-8")
    part.replace(path)
    return result


def source(name: str) -> str:
    """A hash of the model's source, see `module_source`."""
    return module_source(MODELS[name].module)


def module_source(module: str) -> str:
    """A hash of a module and of all of models/ that it imports."""
    files = sorted({path for path in _sources(module, set())})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _sources(module: str, seen: set[str]) -> Iterator[Path]:
    if module in seen or not module.startswith("models."):
        return
    seen.add(module)
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return
    path = Path(spec.origin)
    yield path
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from _sources(node.module, seen)


def measure(name: str, split: Split, seed: int) -> Result:
    """Fit, replay, score, time."""
    began = time.perf_counter()
    model = learner_model(name).fit(split.train, seed)
    fitted = time.perf_counter()
    chance = model.replay(aligned(split.test, model))[split.scored]
    replayed = time.perf_counter()
    right = split.test.right[split.scored]
    return {
        **scores(chance, right)._asdict(),
        "fit_s": fitted - began,
        "replay_s": replayed - fitted,
        "train_answers": len(split.train.right),
        "scored_answers": len(right),
        "reliability": [part.tolist() for part in reliability(chance, right)],
        "notes": list(model.notes),
        **sizes(model),
        **online(model, seed),
    }


def at_large(name: str) -> Result:
    """Updates of a course of `LARGE` points, fitted to a small random log: only its speed and size mean something."""
    model = learner_model(name).fit(random_log(LARGE))
    return {**sizes(model), **online(model, seed=0)}


def random_log(skills: int, learners: int = 100, answers: int = 30) -> AnswerLog:
    """Answers by chance, a day apart."""
    draw = np.random.default_rng(0)
    names = tuple(f"s{number:05d}" for number in range(skills))
    rows = [
        (f"l{learner}", [names[draw.integers(skills)]], None, bool(draw.random() < 0.7), float(day))
        for learner in range(learners)
        for day in range(answers)
    ]
    return log_of(rows, names)


def sizes(model: LearnerModel) -> Result:
    """MiB of the parameters, KiB of one learner's vectors with all points stored."""
    parameters = sum(np.asarray(array).nbytes for array in model.parameters().values())
    return {"memory_mib": parameters / 2**20, "learner_kib": sum(part.nbytes for part in model.start()) / 1024}


def online(model: LearnerModel, seed: int) -> Result:
    """Milliseconds of one update after a short and after a long history, call by call in turn."""
    draw, start, taken = np.random.default_rng(seed), model.start(), {10: list[float](), 1000: list[float]()}
    learners = {
        answers: study(model, Memory(start.learner.copy(), start.points.copy()), draw, answers)[0] for answers in taken
    }
    for _ in range(CALLS):
        for answers in taken:
            learners[answers], found = study(model, learners[answers], draw, 1)
            taken[answers] += found
    return {"update_ms": median(taken[10]), "after_1000_update_ms": median(taken[1000])}


def study(model: LearnerModel, learner: Memory, draw: np.random.Generator, answers: int) -> tuple[Memory, list[float]]:
    """The learner after so many more answers, and the milliseconds that each took."""
    taken = []
    for _ in range(answers):
        question = any_question(model, draw)
        points = question.points[0]
        memory, right = Memory(learner.learner, learner.points[:, points]), draw.random(1) < 0.7
        began = time.perf_counter()
        model.predict(memory, question)
        after = model.update(memory, question, right)
        taken.append((time.perf_counter() - began) * 1000)
        learner.points[:, points] = after.points
        learner = Memory(after.learner, learner.points)
    return learner, taken


def any_question(model: LearnerModel, draw: np.random.Generator) -> Question:
    """One learner, one point and its neighbours."""
    size = min(POINTS, len(model.skills))
    influence = np.zeros((1, size, size), dtype=np.float32)
    influence[0, 0, 1:] = influence[0, 1:, 0] = 0.4
    return Question(
        points=draw.choice(len(model.skills), size, replace=False)[None],
        importance=np.eye(1, size, dtype=np.float32),
        item=np.array([draw.integers(len(model.items)) if model.items else NOTHING]),
        days=np.full((1, size), 2, dtype=np.float32),
        influence=influence,
    )
