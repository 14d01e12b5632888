"""Mine a million masteries of a thousand points in a process of its own; print seconds, MiB and proposals as JSON.

Imports only the miner: the process's memory before and at the peak is part of the result.
"""

import json
import time
from pathlib import Path

import numpy as np

from models.mining.mastery_log import MasteryLog
from models.mining.prerequisites import mine_prerequisites

MILLION_POINTS, MILLION_LEARNERS, POINTS_PER_LEARNER, MILLION_EVENTS = 1_000, 25_000, 50, 1_000_000


def generate_log(
    seed: int, points: int = MILLION_POINTS, learners: int = MILLION_LEARNERS, each: int = POINTS_PER_LEARNER
) -> MasteryLog:
    """Learners who work on `each` neighbouring points in an order of their own and master four in five.

    Every second point is mastered only after the one before it, where the learner works on both.
    """
    draw = np.random.default_rng(seed)
    start = draw.integers(0, points, learners)
    point = (start[:, None] + np.arange(each)) % points
    since = draw.random((learners, each)) * 100
    at = since + draw.exponential(10, (learners, each))
    at[draw.random((learners, each)) > 0.8] = np.nan
    pairs = np.flatnonzero(np.arange(each - 1) % 2 == 0)
    bound = point[:, pairs] % 2 == 0
    late = np.where(np.isnan(at[:, pairs]), np.nan, np.fmax(at[:, pairs + 1], at[:, pairs] + 1))
    at[:, pairs + 1] = np.where(bound, late, at[:, pairs + 1])
    learner = np.repeat(np.arange(learners), each)
    names = tuple(str(number) for number in range(points))
    return MasteryLog(names, learners, learner, point.ravel(), at.ravel(), since.ravel())


def read_peak_mib() -> float:
    """Of this process alone: `ru_maxrss` would count the parent that started it. Linux."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Mine once."""
    made = generate_log(0)
    before = read_peak_mib()
    began = time.perf_counter()
    found = mine_prerequisites(made)
    seconds = time.perf_counter() - began
    peak = read_peak_mib()
    figures = {"seconds": round(seconds, 1), "mib": round(peak), "before_mib": round(before)}
    print(json.dumps(figures | {"events": int(np.isfinite(made.at).sum()), "proposals": len(found.before)}))


if __name__ == "__main__":
    main()
