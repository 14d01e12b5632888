"""One contest: the ladder and the trained policy of a folder, on the same held-out learners."""

from collections.abc import Callable
from pathlib import Path

from models.checkpoint import POLICY, load_policy
from models.course import Course
from models.environment import LearnerVectorEnv
from models.rungs import ladder
from models.standing import Standings, measure, save


def hold(
    course: Course,
    folder: Path,
    learners: int = 500,
    seeds: int = 3,
    report: Callable[[int, str], None] = lambda total, name: None,
) -> Standings:
    """Measure, write evaluation.json and ladder.png into `folder`, and return the standings.

    `report` hears the number of measurements in all and the name of each rung as it is done.
    """
    rungs = ladder(course)
    if (folder / POLICY).exists():
        rungs.append(load_policy(folder, course))
    total = len(rungs) * seeds
    standings, _ = measure(
        LearnerVectorEnv(course, learners), lambda seed: rungs, seeds, lambda name: report(total, name)
    )
    save(standings, folder)
    return standings


__all__ = ["Course", "hold"]
