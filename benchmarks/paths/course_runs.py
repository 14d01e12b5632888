"""Train one variant of the learned policy on one example course with one seed, in a process of its own.

`python -m benchmarks.paths.course_runs COURSE VARIANT SEED [--steps N] [--device cpu]`. A finished run is not repeated;
an interrupted one continues from its last checkpoint. The course's arrays are read through Neo4j once and kept in
benchmarks/.runs/paths/courses/COURSE.pkl, which a machine without Neo4j can use.
"""

import asyncio
import hashlib
import json
import pickle
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from benchmarks.allocator import keep_freed_memory
from benchmarks.folders import RUNS_FOLDER
from benchmarks.paths.learnt_roles import RolesConfig
from benchmarks.paths.oracle import OraclePlanner, OracleSettings
from models.course import Course
from models.knowledge_tracing.state import RATE_PROFILES, Rates
from models.rl.imitation import ImitationConfig, imitate_teacher
from models.rl.network import NetworkConfig
from models.rl.policy import LearnedPolicy
from models.rl.run import (
    CHECKPOINT_FILE,
    POLICY_FILE,
    hash_parameters,
    load_policy,
    save_learned_policy,
    select_device,
    train_in_world,
)
from models.rl.trainer import TrainingConfig
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv

RUNS = RUNS_FOLDER / "paths" / "courses"
TRAINED_FILE = "trained.json"
COURSES = ("english", "metacademy")
THRIFTY_ORACLE = OracleSettings(minute=0.1)
"""A planner to whom the course's mean minutes cost 0.1, chosen on validation learners (docs/learning.md)."""


@dataclass(frozen=True)
class PolicyVariant:
    """What differs from the whole: settings of training, and the learner model's rates in practice and in the test.

    With `by_minutes` a step of practice costs what its minutes do, on average as much as usual. With a teacher nothing
    is learnt from rewards: the policy imitates a planner that sees truth and values this.
    """

    settings: dict[str, object] = field(default_factory=dict)
    rates: Rates | None = None
    by_minutes: bool = False
    teacher: OracleSettings | None = None


@dataclass(frozen=True)
class ImitationRun:
    """The settings of a run with a teacher."""

    imitation: ImitationConfig
    teacher: OracleSettings
    learners: int = 128
    network: NetworkConfig = field(default_factory=NetworkConfig)


VARIANTS = {
    "lodestar": PolicyVariant(),
    "q": PolicyVariant({"method": "q"}),
    "ppo": PolicyVariant({"method": "ppo"}),
    "no_graph": PolicyVariant({"network": NetworkConfig(graph=False)}),
    "roles": PolicyVariant({"network": RolesConfig()}),
    "no_propagation": PolicyVariant(rates=Rates(propagation=0)),
    "paper": PolicyVariant(rates=RATE_PROFILES["paper"]),
    "by_minutes": PolicyVariant(by_minutes=True),
    "imitated": PolicyVariant(teacher=THRIFTY_ORACLE),
}
"""The whole, and what is left when one part is changed."""


@cache
def load_course(name: str) -> Course | None:
    """The course's arrays; None where its files are missing."""
    path = RUNS / f"{name}.pkl"
    if path.exists():
        kept: Course = pickle.loads(path.read_bytes())
        return kept
    from benchmarks.stage import read_stage_arrays as course_arrays  # a machine without Neo4j has the file

    course = asyncio.run(course_arrays(name))
    if course:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(course))
    return course


@cache
def apply_rates(course: Course, variant: str) -> Course:
    """The same course under the variant's learner model."""
    rates = VARIANTS[variant].rates if variant in VARIANTS else None
    return replace(course, rates=rates) if rates else course


@cache
def hash_course(course: Course) -> str:
    """Eight digits that change with the course's arrays, its rates included."""
    digest = hashlib.sha256(repr((course.rates, course.thresholds, course.point_ids, course.resource_ids)).encode())
    for one in fields(course):
        if isinstance(value := getattr(course, one.name), np.ndarray):
            digest.update(value.tobytes())
    return digest.hexdigest()[:8]


def make_episode(course: Course, variant: str) -> EpisodeConfig:
    """What an episode of practice pays."""
    usual = EpisodeConfig()
    if not VARIANTS[variant].by_minutes:
        return usual
    return replace(usual, step_cost=0, minute_cost=usual.step_cost / float(course.minutes.mean()))


def make_config(variant: str, seed: int, steps: int | None) -> TrainingConfig | ImitationRun:
    """Of one run."""
    if teacher := VARIANTS[variant].teacher:
        imitation = ImitationConfig(seed=seed)
        return ImitationRun(replace(imitation, steps=steps or imitation.steps), teacher)
    config = replace(TrainingConfig(seed=seed), **VARIANTS[variant].settings)  # type: ignore[arg-type]
    return replace(config, steps=steps or config.steps)


def locate_run(course: Course, variant: str, seed: int, steps: int | None) -> Path:
    """Where a run is kept; changes with its settings and with the course."""
    told = repr(
        (make_config(variant, seed, steps), make_episode(course, variant), hash_course(apply_rates(course, variant)))
    )
    return RUNS / "policies" / course.id / f"{variant}-{seed}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"


def is_trained(course: Course, variant: str, seed: int, steps: int | None) -> bool:
    """Whether the run is there, whole."""
    folder = locate_run(course, variant, seed, steps)
    return (folder / TRAINED_FILE).exists() and (folder / POLICY_FILE).exists()


def train_variant(
    name: str,
    variant: str,
    seed: int,
    steps: int | None = None,
    device: str = "cpu",
) -> None:
    """Train one variant, unless that is done."""
    course = load_course(name)
    if course is None or is_trained(course, variant, seed, steps):
        return
    folder, config = locate_run(course, variant, seed, steps), make_config(variant, seed, steps)
    folder.mkdir(parents=True, exist_ok=True)
    world = LearnerVectorEnv(apply_rates(course, variant), config.learners, episode=make_episode(course, variant))
    if isinstance(config, ImitationRun):
        seconds = _imitate(world, config, folder, device)
    else:
        seconds = _reinforce(world, config, folder, device)
    (folder / TRAINED_FILE).write_text(json.dumps({"seconds": seconds, "device": str(select_device(device))}))
    (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    print(f"trained {name} {variant} {seed}: {seconds:.0f} s", flush=True)


def _reinforce(world: LearnerVectorEnv, config: TrainingConfig, folder: Path, device: str) -> float:
    """Train or go on; the seconds of both parts."""
    clock, began = folder / "seconds", time.perf_counter()
    before = float(clock.read_text()) if (folder / CHECKPOINT_FILE).exists() and clock.exists() else 0.0

    def tell(progress: object) -> None:
        clock.write_text(str(before + time.perf_counter() - began))

    train_in_world(world, config, folder, device, report=tell)
    return float(clock.read_text())


def _imitate(world: LearnerVectorEnv, config: ImitationRun, folder: Path, device: str) -> float:
    """Imitate from the start; takes a minute."""
    began = time.perf_counter()
    torch.set_num_threads(1)
    torch.manual_seed(config.imitation.seed)
    network = config.network.build(world.course, select_device(device))
    imitate_teacher(network, world, OraclePlanner(world, config.teacher), config.imitation)
    version = f"{world.course.id}-imitated-{config.imitation.steps}-{hash_parameters(network)}"
    save_learned_policy(LearnedPolicy(network, name="imitated", version=version, method="ppo"), folder)
    return time.perf_counter() - began


def load_trained(course: Course, variant: str, seed: int, steps: int | None) -> tuple[LearnedPolicy, float]:
    """A trained variant under its own name, and the seconds it took."""
    folder = locate_run(course, variant, seed, steps)
    policy = load_policy(
        folder, apply_rates(course, variant), sizes=RolesConfig if variant == "roles" else NetworkConfig
    )
    policy.name = variant
    return policy, float(json.loads((folder / TRAINED_FILE).read_text())["seconds"])


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("course", choices=COURSES)
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--device", default="cpu", help="auto: CUDA where there is one")
    options = parser.parse_args()
    keep_freed_memory()
    train_variant(options.course, options.variant, options.seed, options.steps, options.device)
