"""What `benchmarks.paths` needs of a practice world: one seed's tutor, its students, rungs and judge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.course import Course, Floats
from models.practice import Students
from models.recommender import Recommender
from models.walk import Walk


@dataclass(frozen=True)
class Study:
    """One seed of one world.

    Attributes:
        name: of the world, as in the figures.
        course: the skills and their prerequisites, the tutor's learner model as tracer, fitted without test students.
        practice: students to learn on, as many as wanted.
        marked: the same with a second opinion on their exams, where there is one.
        test: 500 others, that nothing was fitted to.
        lengths: path lengths that are measured.
        rungs: what needs no practice, by name; each is asked on paths of the length it is given.
        judge: E_p (B,) of a walk of all test students by a second, differently built model, where there is one.
    """

    name: str
    course: Course
    practice: Students
    test: Students
    lengths: tuple[int, ...]
    rungs: Callable[[int], Mapping[str, Recommender]]
    judge: Callable[[Walk], Floats] | None = None
    marked: Students | None = None
