"""One contest: the ladder and the trained policies of a folder, on the same held-out learners."""

from collections.abc import Callable
from pathlib import Path

from models.checkpoint import POLICY, load_policy, place
from models.course import Course
from models.environment import LearnerVectorEnv
from models.rungs import ladder
from models.standing import LEARNED, Standings, measure, save


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
    homes = [place(folder, name) for name in LEARNED]
    rungs += [load_policy(home, course) for home in homes if (home / POLICY).exists()]
    total = len(rungs) * seeds
    standings, _ = measure(
        LearnerVectorEnv(course, learners), lambda seed: rungs, seeds, lambda name: report(total, name)
    )
    save(standings, folder)
    return standings


__all__ = ["Course", "hold"]
