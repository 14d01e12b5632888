"""The trained policy of a course, whole or one of its halves, ready to serve."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch

from models.checkpoint import POLICY, LearnedPolicy, load_policy
from models.nearby import Nearby
from models.rankers.standing import load as measured_offline
from models.rungs import Course, Recommender, rung
from models.standing import load as measured

LARGE = 500
"""Points from which on a learner is scored from the points that matter only."""

HALVES: dict[str, Literal["q", "ppo"]] = {"q": "q", "ppo": "ppo"}


def policy(folder: Path, course: Course, name: str = "lodestar") -> LearnedPolicy:
    """The trained policy of `folder`, or one of its halves.

    Torch is told to use one thread: for one learner that is as fast, and steadier beside a busy database.
    """
    torch.set_num_threads(1)
    trained = load_policy(folder, course)
    if trained.network.operators and course.points >= LARGE:
        trained.nearby = Nearby(trained.network, course)
    return replace(trained, name=name, method=HALVES[name]) if name in HALVES else trained


__all__ = ["POLICY", "Course", "Recommender", "measured", "measured_offline", "policy", "rung"]
