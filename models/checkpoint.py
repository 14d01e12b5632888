"""Files of a run: a checkpoint to resume from, and the policy to serve. Written whole or not at all."""

import hashlib
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
MAIN = "lodestar"
"""The policy whose files lie in a course's folder itself; any other has a sub-folder, see `place`."""


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
    """Write what serving needs of a run, see `save_learned`; the trainer goes on with its network."""
    _save(trainer.network, MAIN, version, trainer.config.q.keep, trainer.config.method, folder)


def save_learned(policy: LearnedPolicy, folder: Path) -> None:
    """Write what serving needs: the parameters and the sizes."""
    _save(policy.network, policy.name, policy.version, policy.keep, policy.method, folder)


def _save(network: PolicyNetwork, name: str, version: str, keep: int, method: str, folder: Path) -> None:
    content = {
        "name": name,
        "version": version,
        "network": asdict(network.config),
        "keep": keep,
        "method": method,
        "course": network.course.id,
        "parameters": network.state_dict(),
    }
    _write(content, folder / POLICY)


def place(folder: Path, name: str) -> Path:
    """Where in a course's folder the policy called `name` is kept."""
    return folder if name == MAIN else folder / name


def fingerprint(network: PolicyNetwork) -> str:
    """Eight digits of the SHA-256 of the parameters."""
    digest = hashlib.sha256()
    for parameter in network.parameters():
        digest.update(parameter.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]


def load_policy(folder: Path, course: Course, device: torch.device | None = None) -> LearnedPolicy:
    """The policy in `folder` on today's `course`; what was added since training is scored like anything else."""
    path = folder / POLICY
    if not path.exists():
        raise SetupFailed(f"There is no trained policy in {folder}. Train one: lodestar train {course.id}")
    saved = _read(path, device or torch.device("cpu"))
    network = PolicyNetwork(course, NetworkConfig(**saved["network"]), device)
    network.load_state_dict(saved["parameters"])
    name = saved.get("name", MAIN)
    return LearnedPolicy(network, name=name, version=saved["version"], keep=saved["keep"], method=saved["method"])


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


__all__ = [
    "CHECKPOINT",
    "MAIN",
    "POLICY",
    "LearnedPolicy",
    "SetupFailed",
    "fingerprint",
    "load_policy",
    "place",
    "resume",
    "save_checkpoint",
    "save_learned",
    "save_policy",
]
