"""One training run in a folder: resume or start, iterate, draw the curves, keep the policy."""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from models.checkpoint import CHECKPOINT, fingerprint, resume, save_checkpoint, save_policy
from models.course import Course
from models.curves import Curves
from models.environment import LearnerVectorEnv
from models.training import Progress as Trained
from models.training import Trainer, TrainingConfig, World

CHECKPOINT_SECONDS = 10.0


def train(
    course: Course,
    config: TrainingConfig,
    folder: Path,
    device: str = "auto",
    fresh: bool = False,
    report: Callable[[Trained], None] = lambda progress: None,
) -> Trainer:
    """Train on simulated learners of `course`, see `train_in`."""
    return train_in(LearnerVectorEnv(course, config.learners), config, folder, device, fresh, report)


def train_in(
    world: World,
    config: TrainingConfig,
    folder: Path,
    device: str = "auto",
    fresh: bool = False,
    report: Callable[[Trained], None] = lambda progress: None,
) -> Trainer:
    """Train until `config.steps`, leaving policy.pt, curves.png and tensorboard/ in `folder`.

    A run that was cut off goes on from its last checkpoint and ends as it would have without the cut, unless `fresh`.
    """
    torch.set_num_threads(1)
    if fresh:
        (folder / CHECKPOINT).unlink(missing_ok=True)
    trainer = Trainer(world, config, device_of(device))
    resume(trainer, folder)
    saved = float("-inf")
    with Curves(folder) as curves:
        while not trainer.finished:
            progress = trainer.iterate()
            curves.add(progress)
            report(progress)
            if time.monotonic() - saved > CHECKPOINT_SECONDS or trainer.finished:
                save_checkpoint(trainer, folder)
                saved = time.monotonic()
    save_policy(trainer, folder, version(trainer))
    return trainer


def version(trainer: Trainer) -> str:
    """A name that changes with the parameters: course, steps and eight digits of their SHA-256."""
    return f"{trainer.env.course.id}-{trainer.config.steps}-{fingerprint(trainer.network)}"


def device_of(name: str) -> torch.device:
    """`auto` is CUDA where there is one; any other name is torch's own."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else torch.device(name)


__all__ = ["Trained", "TrainingConfig", "train", "version"]
