"""One training run in a folder: start or resume, iterate, write checkpoints, learning curves and the policy to serve.

Files are written whole or not at all: checkpoint.pt to resume from, policy.pt to serve, tensorboard/ while training,
and curves.png at the end. Both .pt files hold tensors, numbers and text only and are read with `weights_only=True`, so
that no code in them runs.
"""

import hashlib
import math
import os
import pickle
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from graph.errors import SetupFailed
from models.course import Course
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.policy import LearnedPolicy
from models.rl.trainer import Trainer, TrainingConfig, TrainingProgress
from models.simulation.environment import LearnerVectorEnv
from models.simulation.practice import World

CHECKPOINT_FILE = "checkpoint.pt"
POLICY_FILE = "policy.pt"
MAIN_POLICY = "lodestar"
"""Name of the policy that is saved in the course's folder itself; others have a sub-folder, see `locate_policy`."""


def save_checkpoint(trainer: Trainer, folder: Path) -> None:
    """Write the run's whole state to `folder`."""
    _write_file({"settings": _describe_settings(trainer), "state": trainer.state()}, folder / CHECKPOINT_FILE)


def resume_training(trainer: Trainer, folder: Path) -> bool:
    """Restore `trainer` from the checkpoint in `folder`; return False where there is none.

    Raises `SetupFailed` when the checkpoint was made with other settings or on another course: the result would belong
    to neither run.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        return False
    saved = _read_file(path, trainer.device, "Repeat the command with --fresh to start again.")
    if saved.get("settings") != _describe_settings(trainer):
        raise SetupFailed(
            f"{path} was made with other settings or on another course. Repeat the command with --fresh to start again."
        )
    trainer.restore(saved["state"])
    return True


def save_policy(trainer: Trainer, folder: Path, version: str) -> None:
    """Write the policy of a run as `save_learned_policy` does; the trainer keeps its network."""
    _save_network(trainer.network, MAIN_POLICY, version, trainer.config.q.keep, trainer.config.method, folder)


def save_learned_policy(policy: LearnedPolicy, folder: Path) -> None:
    """Write what serving needs, the parameters and sizes, to `folder`."""
    _save_network(policy.network, policy.name, policy.version, policy.keep, policy.method, folder)


def _save_network(network: PolicyNetwork, name: str, version: str, keep: int, method: str, folder: Path) -> None:
    content = {
        "name": name,
        "version": version,
        "network": asdict(network.config),
        "keep": keep,
        "method": method,
        "course": network.course.id,
        "parameters": network.state_dict(),
    }
    _write_file(content, folder / POLICY_FILE)


def locate_policy(folder: Path, name: str) -> Path:
    """Return the folder of the policy `name` within a course's folder."""
    return folder if name == MAIN_POLICY else folder / name


def hash_parameters(network: PolicyNetwork) -> str:
    """Return eight digits of the SHA-256 of the parameters."""
    digest = hashlib.sha256()
    for parameter in network.parameters():
        digest.update(parameter.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


def load_policy(
    folder: Path, course: Course, device: torch.device | None = None, sizes: type[NetworkConfig] = NetworkConfig
) -> LearnedPolicy:
    """Load the policy in `folder` for `course`, which may have changed since the training.

    sizes: the class of the network's configuration. Raises `SetupFailed` if there is no policy, if the file cannot be
    read, or if its network has options that `sizes` does not have.
    """
    path = folder / POLICY_FILE
    if not path.exists():
        raise SetupFailed(f"There is no trained policy in {folder}. Train one: lodestar train {course.id}")
    saved = _read_file(path, device or torch.device("cpu"), f"Delete it and train again: lodestar train {course.id}")
    network = _read_sizes(saved["network"], sizes, path).build(course, device)
    network.load_state_dict(saved["parameters"])
    name = saved.get("name", MAIN_POLICY)
    return LearnedPolicy(network, name=name, version=saved["version"], keep=saved["keep"], method=saved["method"])


def _read_sizes(saved: dict[str, Any], sizes: type[NetworkConfig], path: Path) -> NetworkConfig:
    """Return the saved sizes as `sizes`. Earlier files name options of other classes; these must be off."""
    known = sizes.__dataclass_fields__
    more = [name for name, value in saved.items() if value and name not in known]
    if more:
        raise SetupFailed(f"{path} is a network of a benchmark ({', '.join(more)}), which this course cannot serve.")
    return sizes(**{name: value for name, value in saved.items() if name in known})


def _describe_settings(trainer: Trainer) -> dict[str, Any]:
    course = trainer.env.course
    return {"config": asdict(trainer.config), "points": course.point_ids, "resources": course.resource_ids}


def _write_file(content: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(content, part)
    os.replace(part, path)


# What torch's reader raises for damaged files: it looks up instructions and pops its stack without checks.
_UNREADABLE = (pickle.UnpicklingError, EOFError, RuntimeError, LookupError, ValueError, TypeError, AttributeError)


def _read_file(path: Path, device: torch.device, remedy: str) -> dict[str, Any]:
    """Read tensors, numbers and text without running code; raise `SetupFailed` with `remedy` for anything else."""
    try:
        content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except _UNREADABLE as error:
        raise SetupFailed(
            f"{path} cannot be read: it is damaged, or holds more than tensors, numbers and text, as checkpoints of "
            f"earlier versions do. {remedy}"
        ) from error
    return content


PANELS = {
    "episode_return": "return of an episode",
    "reached": "goals reached",
    "policy_loss": "PPO loss",
    "value_loss": "value loss",
    "q_loss": "Q loss",
    "kl": "KL of an update",
}


class LearningCurves:
    """Collect each iteration's figures in `folder`; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history: list[TrainingProgress] = []

    def __enter__(self) -> "LearningCurves":
        from torch.utils.tensorboard import SummaryWriter  # as matplotlib: a service draws nothing

        self._writer = SummaryWriter(self.folder / "tensorboard")
        return self

    def add(self, progress: TrainingProgress) -> None:
        """Add the figures of one iteration."""
        self.history.append(progress)
        for name, value in progress.figures().items():
            if not math.isnan(value):
                self._writer.add_scalar(name, value, progress.steps)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if self.history:
            self._draw(self.folder / "curves.png")

    def _draw(self, path: Path) -> None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11, 6), layout="constrained")
        steps = [progress.steps for progress in self.history]
        for panel, (name, title) in zip(figure.subplots(2, 3).flat, PANELS.items(), strict=True):
            panel.plot(steps, [progress.figures()[name] for progress in self.history], linewidth=1.5)
            panel.set_title(title, fontsize=10)
            panel.set_xlabel("answers of simulated learners", fontsize=8)
            panel.grid(alpha=0.3)
        figure.savefig(path, dpi=120)


CHECKPOINT_SECONDS = 10.0


def train_policy(
    course: Course,
    config: TrainingConfig,
    folder: Path,
    device: str = "auto",
    fresh: bool = False,
    report: Callable[[TrainingProgress], None] = lambda progress: None,
) -> Trainer:
    """Train on simulated learners of `course`, see `train_in_world`."""
    return train_in_world(LearnerVectorEnv(course, config.learners), config, folder, device, fresh, report)


def train_in_world(
    world: World,
    config: TrainingConfig,
    folder: Path,
    device: str = "auto",
    fresh: bool = False,
    report: Callable[[TrainingProgress], None] = lambda progress: None,
) -> Trainer:
    """Train until `config.steps`; write policy.pt, curves.png and tensorboard/ to `folder`.

    An interrupted run resumes from its last checkpoint, with the result of an uninterrupted one, unless `fresh`.
    """
    torch.set_num_threads(1)
    if fresh:
        (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    trainer = Trainer(world, config, select_device(device))
    resume_training(trainer, folder)
    saved = float("-inf")
    with LearningCurves(folder) as curves:
        while not trainer.finished:
            progress = trainer.iterate()
            curves.add(progress)
            report(progress)
            if time.monotonic() - saved > CHECKPOINT_SECONDS or trainer.finished:
                save_checkpoint(trainer, folder)
                saved = time.monotonic()
    save_policy(trainer, folder, format_version(trainer))
    return trainer


def format_version(trainer: Trainer) -> str:
    """Return the version of a trained policy: course, steps and eight digits of the SHA-256 of its parameters."""
    return f"{trainer.env.course.id}-{trainer.config.steps}-{hash_parameters(trainer.network)}"


def select_device(name: str) -> torch.device:
    """Return the device of a torch name; `auto` is CUDA where available, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else torch.device(name)
