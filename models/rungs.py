"""The whole ladder by name, the trained bandit included."""

from models.bandits.practice import BANDITS, LEARNERS, ROUNDS, Kind, LearnerVectorEnv, practise
from models.bandits.practice import bandit as beginner
from models.course import Course
from models.ladder import simple_rungs
from models.recommender import Recommender


def ladder(course: Course, seed: int = 0) -> list[Recommender]:
    """Every rung below the learned policy, weakest first."""
    return [*simple_rungs(course, seed), bandit(course, seed)]


def rung(name: str, course: Course) -> Recommender:
    """One rung; a bandit learns first, which takes seconds."""
    simple = {rung.name: rung for rung in simple_rungs(course)}
    return simple[name] if name in simple else bandit(course, name=name)


def bandit(course: Course, seed: int = 0, name: str = "bandit") -> Kind:
    """A bandit after its practice on the reward that policies are trained on; LinUCB is the ladder's `bandit`."""
    new = beginner(name if name in BANDITS else "linucb", course, seed)
    trained = practise(new, LearnerVectorEnv(course, LEARNERS), ROUNDS, seed)
    trained.name = name
    return trained


__all__ = ["Course", "Recommender", "bandit", "ladder", "rung"]
