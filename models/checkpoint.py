"""Files of a run: a checkpoint to resume from, and the policy to serve. Written whole or not at all."""

import os
import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from graph.errors import SetupFailed
from models.course import Course
from models.network import NetworkConfig, PolicyNetwork
from models.policy import LearnedPolicy as LearnedPolicy
from models.training import Trainer

CHECKPOINT = "checkpoint.pt"
POLICY = "policy.pt"


def save_checkpoint(trainer: Trainer, folder: Path) -> None:
    """Write the run's whole state to `folder`."""
    _write({"settings": _settings(trainer), "state": trainer.state()}, folder / CHECKPOINT)


def resume(trainer: Trainer, folder: Path) -> bool:
    """Let `trainer` go on from the checkpoint in `folder`; false where there is none.

    Raises `SetupFailed` when the checkpoint was made with other settings or on another course: resuming it would end as
    neither run.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return False
    saved = _read(path, trainer.device)
    if saved.get("settings") != _settings(trainer):
        raise SetupFailed(
            f"{path} was made with other settings or on another course. Repeat the command with --fresh to start again."
        )
    trainer.restore(saved["state"])
    return True


def save_policy(trainer: Trainer, folder: Path, version: str) -> None:
    """Write what serving needs: the parameters and the sizes."""
    content = {
        "version": version,
        "network": asdict(trainer.config.network),
        "keep": trainer.config.q.keep,
        "method": trainer.config.method,
        "course": trainer.env.course.id,
        "parameters": trainer.network.state_dict(),
    }
    _write(content, folder / POLICY)


def load_policy(folder: Path, course: Course, device: torch.device | None = None) -> LearnedPolicy:
    """The policy in `folder` on today's `course`; what was added since training is scored like anything else."""
    path = folder / POLICY
    if not path.exists():
        raise SetupFailed(f"There is no trained policy in {folder}. Train one: lodestar train {course.id}")
    saved = _read(path, device or torch.device("cpu"))
    network = PolicyNetwork(course, NetworkConfig(**saved["network"]), device)
    network.load_state_dict(saved["parameters"])
    return LearnedPolicy(network, version=saved["version"], keep=saved["keep"], method=saved["method"])


def _settings(trainer: Trainer) -> dict[str, Any]:
    course = trainer.env.course
    return {"config": asdict(trainer.config), "points": course.point_ids, "resources": course.resource_ids}


def _write(content: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(content, part)
    os.replace(part, path)


def _read(path: Path, device: torch.device) -> dict[str, Any]:
    try:
        content: dict[str, Any] = torch.load(path, map_location=device, weights_only=False)
    except (pickle.UnpicklingError, EOFError, RuntimeError) as error:
        raise SetupFailed(f"{path} cannot be read ({error}). Delete it and train again.") from error
    return content
