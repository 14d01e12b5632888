"""The whole ladder by name, the trained bandit included."""

from collections.abc import Callable

from models.bandits.practice import BANDITS, LEARNERS, ROUNDS, Kind, LearnerVectorEnv, practise, prior
from models.bandits.practice import bandit as beginner
from models.ladder import simple_rungs
from models.multi_hop import MultiHop
from models.pagerank import PersonalisedPageRank
from models.recommender import Course, Recommender


def ladder(course: Course, seed: int = 0) -> list[Recommender]:
    """Every rung below the learned policy, weakest first."""
    return [*simple_rungs(course, seed), bandit(course, seed)]


def rung(name: str, course: Course) -> Recommender:
    """One rung that needs no file; a bandit practises first, which takes seconds."""
    if name in BANDITS:
        return prior(name, course)
    graph: dict[str, Callable[[Course], Recommender]] = {"pagerank": PersonalisedPageRank, "multi_hop": MultiHop}
    if name in graph:
        return graph[name](course)
    return {rung.name: rung for rung in simple_rungs(course)}[name]


def bandit(course: Course, seed: int = 0) -> Kind:
    """The ladder's `bandit`: LinUCB after practice on the reward that policies are trained on."""
    trained = practise(beginner("linucb", course, seed), LearnerVectorEnv(course, LEARNERS), ROUNDS, seed)
    trained.name = "bandit"
    return trained


__all__ = ["BANDITS", "Course", "Recommender", "bandit", "ladder", "rung"]
