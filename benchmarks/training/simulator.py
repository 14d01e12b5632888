"""Speed of the simulated learners, without a network: `python -m benchmarks.training.simulator [--quick] [--seeds 3]`.

Every learner takes a random candidate; a step is one answer of one learner with all its consequences: hidden learning,
the learner model's update, forgetting, the next candidates, and new learners where an episode ends.

Figures, over the seeds: COURSE.steps_per_s on the wall clock, COURSE.steps_per_cpu_s of this one process.
"""

import asyncio
from argparse import ArgumentParser
from statistics import median
from time import perf_counter, process_time

import numpy as np

from benchmarks.allocator import keep_freed_memory
from benchmarks.report import Report
from benchmarks.stage import COURSE_READERS, read_stage_arrays
from models.course import Course
from models.simulation.environment import LearnerVectorEnv

LEARNERS = 256


def main() -> None:
    """Time each course, print and write."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed of the English course, a tenth of the steps")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    seeds, steps = (1, 20) if options.quick else (options.seeds, 200)
    keep_freed_memory()
    report = Report("simulator", options.quick, {"learners": LEARNERS, "steps": steps, "seeds": seeds})
    rows = []
    for name in ["english"] if options.quick else COURSE_READERS:
        course = asyncio.run(read_stage_arrays(name))
        if course is None:
            print(f"skipped {name}: its files are missing")
            continue
        runs = [time_steps(course, seed, steps) for seed in range(seeds)]
        wall, cpu = (LEARNERS * steps / median(column) for column in zip(*runs, strict=True))
        report.figures |= {f"{name}.steps_per_s": round(wall), f"{name}.steps_per_cpu_s": round(cpu)}
        rows.append({"course": name, "steps/s": f"{wall:,.0f}", "steps/CPU s": f"{cpu:,.0f}"})
    report.table(f"{LEARNERS} learners at once, random candidates", rows)
    report.write()


def time_steps(course: Course, seed: int, steps: int) -> tuple[float, float]:
    """Seconds on the wall clock and of CPU time for `steps` steps of everybody."""
    env, draw = LearnerVectorEnv(course, LEARNERS), np.random.default_rng(seed)
    env.reset(seed=seed)
    wall, cpu = perf_counter(), process_time()
    for _ in range(steps):
        seen = env.observe()
        choice = (draw.random(seen.mask.shape) * seen.mask).argmax(axis=1)
        _, ended, _ = env.advance(seen.candidates[np.arange(LEARNERS), choice])
        env.restart(ended)
    return perf_counter() - wall, process_time() - cpu


if __name__ == "__main__":
    main()
