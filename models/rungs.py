"""The whole ladder by name, the trained bandit included."""

from models.bandit import LinUCB
from models.course import Course
from models.environment import LearnerVectorEnv
from models.ladder import simple_rungs
from models.recommender import Recommender

PRACTICE = 150
"""Rounds that the bandit learns in, with 64 learners: about as many answers as a small policy is trained on."""


def ladder(course: Course, seed: int = 0) -> list[Recommender]:
    """Every rung below the learned policy, weakest first."""
    return [*simple_rungs(course, seed), bandit(course, seed)]


def rung(name: str, course: Course) -> Recommender:
    """One rung; the bandit learns first, which takes seconds."""
    simple = {rung.name: rung for rung in simple_rungs(course)}
    return simple[name] if name in simple else bandit(course)


def bandit(course: Course, seed: int = 0) -> LinUCB:
    """LinUCB after its practice."""
    return LinUCB(course).practise(LearnerVectorEnv(course, 64), PRACTICE, seed)


__all__ = ["Course", "Recommender", "bandit", "ladder", "rung"]
