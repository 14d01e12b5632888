"""A course as records: what every format is read into, checked as, and written from.

Records compare by value; `at` is the file and line of a row and takes no part in comparisons.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

Scalar = str | int | float | bool

ROLE_IMPORTANCE = {"primary": 1.0, "supporting": 0.6, "peripheral": 0.4}
"""How much of a lesson lands on a point, η, unless the row says otherwise (docs/design.md)."""


class FileLocation(NamedTuple):
    """A file of the folder and a line in it, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        file = self.file.encode(errors="replace").decode()
        return f"{file}:{self.line}" if self.line else file


NO_LOCATION = FileLocation("", 0)


class CourseProblem(NamedTuple):
    """One thing that is wrong (or, as a note, worth knowing): where, with which row, and what to do about it."""

    at: FileLocation
    id: str
    message: str

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self if str(part))


@dataclass(frozen=True, slots=True)
class PointRecord:
    """A knowledge point. `mastered_at` and `met_at` override the course's thresholds; `hours` is its time of study."""

    id: str
    name: str
    description: str | None = None
    domain: str | None = None
    level: str | None = None
    mastered_at: float | None = None
    met_at: float | None = None
    hours: float | None = None
    at: FileLocation = field(default=NO_LOCATION, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PrerequisiteRecord:
    """`before` is a prerequisite of `after`. Support, lift and p-value are there on mined edges."""

    before: str
    after: str
    reason: str | None = None
    source: str = "expert"
    status: str = "accepted"
    confidence: float = 1.0
    support: float | None = None
    lift: float | None = None
    p_value: float | None = None
    at: FileLocation = field(default=NO_LOCATION, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The name of the edge in reports."""
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """Something to learn with. `minutes` > 0; `difficulty` in logits, −3…3, 0 = what is usual for its points."""

    id: str
    title: str
    kind: str
    modality: str
    minutes: float
    level: str | None = None
    difficulty: float = 0.0
    url: str | None = None
    language: str | None = None
    text: str | None = None
    status: str = "active"
    at: FileLocation = field(default=NO_LOCATION, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TeachesRecord:
    """A resource teaches a point with a role; `importance` is η in [0, 1]."""

    resource: str
    point: str
    role: str
    importance: float
    at: FileLocation = field(default=NO_LOCATION, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The name of the edge in reports."""
        return f"{self.resource} → {self.point}"


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A diagnostic question: one right answer, at least one wrong one, and its IRT parameters (3PL, logits)."""

    id: str
    prompt: str
    answer: str
    distractors: tuple[str, ...]
    points: tuple[str, ...]
    guessing: float
    discrimination: float = 1.0
    difficulty: float = 0.0
    status: str = "active"
    at: FileLocation = field(default=NO_LOCATION, compare=False, repr=False)


@dataclass(frozen=True)
class CourseRecord:
    """One course. `settings` are the scalars of course.json besides id and title, e.g. language or masteredAt."""

    id: str
    title: str
    settings: dict[str, Scalar] = field(default_factory=dict)
    points: tuple[PointRecord, ...] = ()
    prerequisites: tuple[PrerequisiteRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    teaches: tuple[TeachesRecord, ...] = ()
    items: tuple[ItemRecord, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows the tables hold together."""
        return sum(map(len, (self.points, self.prerequisites, self.resources, self.teaches, self.items)))

    def sorted(self) -> "CourseRecord":
        """Return the same course in the one order that export writes."""
        return replace(
            self,
            settings=dict(sorted(self.settings.items())),
            points=tuple(sorted(self.points, key=lambda row: row.id)),
            prerequisites=tuple(sorted(self.prerequisites, key=lambda row: (row.after, row.before))),
            resources=tuple(sorted(self.resources, key=lambda row: row.id)),
            teaches=tuple(sorted(self.teaches, key=lambda row: (row.resource, row.point))),
            items=tuple(sorted(self.items, key=lambda row: row.id)),
        )
