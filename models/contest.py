"""One contest: every strategy that a course has, on the same held-out simulated learners."""

from collections.abc import Callable

from models.cascade import Cascade
from models.environment import LearnerVectorEnv
from models.shelf import Course, Recommender, Strategies
from models.standing import Standings, measure, save
from models.strategies import DEFAULT, RANKERS


def hold(
    strategies: Strategies,
    learners: int = 500,
    seeds: int = 3,
    report: Callable[[int, str], None] = lambda total, name: None,
) -> Standings:
    """Measure, write evaluation.json and ladder.png beside the policy, and return the standings.

    A ranker hands learners of whom it has no opinion to the default, as it does when it serves. `report` hears the
    number of measurements in all and the name of each rung as it is done.
    """
    stand_in = strategies.make(DEFAULT)
    rungs: list[Recommender] = [
        Cascade([rung, stand_in]) if rung.name in RANKERS else rung for rung in strategies.ladder()
    ]
    total = len(rungs) * seeds
    standings, _ = measure(
        LearnerVectorEnv(strategies.course, learners), lambda seed: rungs, seeds, lambda name: report(total, name)
    )
    save(standings, strategies.policies)
    return standings


__all__ = ["Course", "Strategies", "hold"]
