"""The trained policies of a course, whole or one half of it, ready to serve."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch

from models.checkpoint import POLICY, LearnedPolicy, SetupFailed, load_policy, place
from models.nearby import Nearby
from models.rankers.standing import load as measured_offline
from models.rungs import Course, Recommender, rung
from models.standing import load as measured

LARGE = 500
"""Points from which on a learner is scored from the points that matter only."""

HALVES: dict[str, Literal["q", "ppo"]] = {"q": "q", "ppo": "ppo"}
OPTION = {"cql": " --offline"}


def policy(folder: Path, course: Course, name: str = "lodestar") -> LearnedPolicy:
    """The trained policy `name` of `folder`, or one of the halves of lodestar.

    Raises `SetupFailed` where it is not trained.

    Torch is told to use one thread: for one learner that is as fast, and steadier beside a busy database.
    """
    torch.set_num_threads(1)
    home = folder if name in HALVES else place(folder, name)
    if not (home / POLICY).exists():
        raise SetupFailed(f"{name} is not trained: lodestar train {course.id}{OPTION.get(name, '')}")
    trained = load_policy(home, course)
    if trained.network.operators and course.points >= LARGE:
        trained.nearby = Nearby(trained.network, course)
    return replace(trained, name=name, method=HALVES[name]) if name in HALVES else trained


__all__ = ["Course", "Recommender", "measured", "measured_offline", "policy", "rung"]
