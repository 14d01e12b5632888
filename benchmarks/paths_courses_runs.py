"""One variant of the learned policy on one of the example courses, one seed, in a process of its own.

`python -m benchmarks.paths_courses_runs COURSE VARIANT SEED [--steps N] [--device cpu]` trains one. What is there is
not made again; a training that was cut off goes on from its last checkpoint. The course's arrays are read through
Neo4j once and kept in benchmarks/.runs/paths/courses/COURSE.pkl, which a machine without Neo4j can use.
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

from models.checkpoint import CHECKPOINT, POLICY, fingerprint, load_policy, save_learned
from models.clairvoyant import Clairvoyant, Foresight
from models.course import Course
from models.environment import Episode, LearnerVectorEnv
from models.imitation import ImitationConfig, imitate
from models.memory import keep_freed_memory
from models.network import NetworkConfig, PolicyNetwork
from models.policy import LearnedPolicy
from models.run import device_of, train_in
from models.state import PROFILES, Rates
from models.training import TrainingConfig

RUNS = Path(__file__).parent / ".runs" / "paths" / "courses"
TRAINED = "trained.json"
COURSES = ("english", "metacademy")
THRIFTY = Foresight(minute=0.1)
"""A planner to whom the course's mean minutes cost 0.1, chosen on validation learners (docs/learning.md)."""


@dataclass(frozen=True)
class Variant:
    """What differs from the whole: settings of training, and the learner model's rates in practice and in the test.

    With `by_minutes` a step of practice costs what its minutes do, on average as much as usual. With a teacher nothing
    is learnt from rewards: the policy imitates a planner that sees truth and values this.
    """

    settings: dict[str, object] = field(default_factory=dict)
    rates: Rates | None = None
    by_minutes: bool = False
    teacher: Foresight | None = None


@dataclass(frozen=True)
class Taught:
    """The settings of a run with a teacher."""

    imitation: ImitationConfig
    teacher: Foresight
    learners: int = 128
    network: NetworkConfig = field(default_factory=NetworkConfig)


VARIANTS = {
    "lodestar": Variant(),
    "q": Variant({"method": "q"}),
    "ppo": Variant({"method": "ppo"}),
    "no_graph": Variant({"network": NetworkConfig(graph=False)}),
    "roles": Variant({"network": NetworkConfig(roles=True)}),
    "no_propagation": Variant(rates=Rates(propagation=0)),
    "paper": Variant(rates=PROFILES["paper"]),
    "by_minutes": Variant(by_minutes=True),
    "imitated": Variant(teacher=THRIFTY),
}
"""The whole, and what is left when one part is changed."""


@cache
def course_of(name: str) -> Course | None:
    """The course's arrays; None where its files are missing."""
    path = RUNS / f"{name}.pkl"
    if path.exists():
        kept: Course = pickle.loads(path.read_bytes())
        return kept
    from benchmarks.stage import course_arrays  # a machine without Neo4j has the file

    course = asyncio.run(course_arrays(name))
    if course:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(course))
    return course


@cache
def with_rates(course: Course, variant: str) -> Course:
    """The same course under the variant's learner model."""
    rates = VARIANTS[variant].rates if variant in VARIANTS else None
    return replace(course, rates=rates) if rates else course


@cache
def mark(course: Course) -> str:
    """Eight digits that change with the course's arrays, its rates included."""
    digest = hashlib.sha256(repr((course.rates, course.thresholds, course.point_ids, course.resource_ids)).encode())
    for one in fields(course):
        if isinstance(value := getattr(course, one.name), np.ndarray):
            digest.update(value.tobytes())
    return digest.hexdigest()[:8]


def episode_of(course: Course, variant: str) -> Episode:
    """What an episode of practice pays."""
    usual = Episode()
    if not VARIANTS[variant].by_minutes:
        return usual
    return replace(usual, step_cost=0, minute_cost=usual.step_cost / float(course.minutes.mean()))


def config_of(variant: str, seed: int, steps: int | None) -> TrainingConfig | Taught:
    """Of one run."""
    if teacher := VARIANTS[variant].teacher:
        imitation = ImitationConfig(seed=seed)
        return Taught(replace(imitation, steps=steps or imitation.steps), teacher)
    config = replace(TrainingConfig(seed=seed), **VARIANTS[variant].settings)  # type: ignore[arg-type]
    return replace(config, steps=steps or config.steps)


def folder_of(course: Course, variant: str, seed: int, steps: int | None) -> Path:
    """Where a run is kept; changes with its settings and with the course."""
    told = repr((config_of(variant, seed, steps), episode_of(course, variant), mark(with_rates(course, variant))))
    return RUNS / "policies" / course.id / f"{variant}-{seed}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"


def is_trained(course: Course, variant: str, seed: int, steps: int | None) -> bool:
    """Whether the run is there, whole."""
    folder = folder_of(course, variant, seed, steps)
    return (folder / TRAINED).exists() and (folder / POLICY).exists()


def train_one(
    name: str,
    variant: str,
    seed: int,
    steps: int | None = None,
    device: str = "cpu",
) -> None:
    """Train one variant, unless that is done."""
    course = course_of(name)
    if course is None or is_trained(course, variant, seed, steps):
        return
    folder, config = folder_of(course, variant, seed, steps), config_of(variant, seed, steps)
    folder.mkdir(parents=True, exist_ok=True)
    world = LearnerVectorEnv(with_rates(course, variant), config.learners, episode=episode_of(course, variant))
    if isinstance(config, Taught):
        seconds = _imitate(world, config, folder, device)
    else:
        seconds = _reinforce(world, config, folder, device)
    (folder / TRAINED).write_text(json.dumps({"seconds": seconds, "device": str(device_of(device))}))
    (folder / CHECKPOINT).unlink(missing_ok=True)
    print(f"trained {name} {variant} {seed}: {seconds:.0f} s", flush=True)


def _reinforce(world: LearnerVectorEnv, config: TrainingConfig, folder: Path, device: str) -> float:
    """Train or go on; the seconds of both parts."""
    clock, began = folder / "seconds", time.perf_counter()
    before = float(clock.read_text()) if (folder / CHECKPOINT).exists() and clock.exists() else 0.0

    def tell(progress: object) -> None:
        clock.write_text(str(before + time.perf_counter() - began))

    train_in(world, config, folder, device, report=tell)
    return float(clock.read_text())


def _imitate(world: LearnerVectorEnv, config: Taught, folder: Path, device: str) -> float:
    """Imitate from the start; takes a minute."""
    began = time.perf_counter()
    torch.set_num_threads(1)
    torch.manual_seed(config.imitation.seed)
    network = PolicyNetwork(world.course, config.network, device_of(device))
    imitate(network, world, Clairvoyant(world, config.teacher), config.imitation)
    version = f"{world.course.id}-imitated-{config.imitation.steps}-{fingerprint(network)}"
    save_learned(LearnedPolicy(network, name="imitated", version=version, method="ppo"), folder)
    return time.perf_counter() - began


def trained(course: Course, variant: str, seed: int, steps: int | None) -> tuple[LearnedPolicy, float]:
    """A trained variant under its own name, and the seconds it took."""
    folder = folder_of(course, variant, seed, steps)
    policy = load_policy(folder, with_rates(course, variant))
    policy.name = variant
    return policy, float(json.loads((folder / TRAINED).read_text())["seconds"])


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("course", choices=COURSES)
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--device", default="cpu", help="auto: CUDA where there is one")
    options = parser.parse_args()
    keep_freed_memory()
    train_one(options.course, options.variant, options.seed, options.steps, options.device)
