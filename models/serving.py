"""The recommender that serves a course: what its measurement says, and nothing that was not measured."""

from pathlib import Path

import torch

from models.checkpoint import POLICY, load_policy
from models.course import Course
from models.nearby import Nearby
from models.rungs import Recommender, rung
from models.standing import load

DEFAULT = "needed"
"""Served until something is measured: the best rung that needs no training."""

LARGE = 500
"""Points from which on a learner is scored from the points that matter only."""


def to_serve(folder: Path, course: Course) -> Recommender:
    """The winner of the evaluation in `folder`; a policy newer than the evaluation has not earned its place.

    Torch is told to use one thread: for one learner that is as fast, and steadier beside a busy database.
    """
    torch.set_num_threads(1)
    standings = load(folder)
    if standings is None:
        return rung(DEFAULT, course)
    if standings.served != "lodestar":
        return rung(standings.served, course)
    if (folder / POLICY).exists():
        policy = load_policy(folder, course)
        if policy.network.operators and course.points >= LARGE:
            policy.nearby = Nearby(policy.network, course)
        if policy.version == standings.of("lodestar").version:
            return policy
    return rung(DEFAULT, course)
