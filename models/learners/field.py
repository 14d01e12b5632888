"""What is believed of a learner before the first answer: a Gaussian field of latent mastery over a course's points.

    level_i = σ(x_i),      x ~ N(m, K)
    m_i  = start − decline · depth_i / deepest
    K_ij = general² + graph² R_ij + own² [i = j],      R the correlations of (κ I + L)⁻¹

L is the Laplacian of the course's graph (Smola & Kondor 2003, the regularised Laplacian kernel): prerequisites weigh 1,
semantic pairs their Jaccard weight, both without direction. `general` is how far the learner is altogether: together
with a mean that falls along the course, a right answer on an advanced point speaks for all that is easier, a wrong one
on a basic point against all that is harder; R says so more loudly of what rests on it.
Left out: that a point cannot be known at all without its prerequisites.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.course import Course, Floats, Ints

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class FieldSettings:
    """Standard deviations and means in logits of the level.

    Fitted by `python -m benchmarks.placement`: maximum marginal likelihood of the answers, never of what they hide, of
    simulated learners of both example courses, half of them placed along the course, half having studied it.

    Attributes:
        start: mean of the points that rest on nothing.
        decline: how much lower the mean of the deepest points is.
        general: standard deviation of what is common to all points.
        graph: of the field along edges.
        own: of each point by itself.
        stiffness: κ; the smaller, the further an answer reaches along edges. Chosen: the evidence is nearly flat in it.
    """

    start: float = 2.8
    decline: float = 13.1
    general: float = 3.7
    graph: float = 1.7
    own: float = 0.25
    stiffness: float = 0.1


@dataclass(frozen=True, eq=False)
class Field:
    """x ~ N(mean, covariance) over the n points `points` (positions in the course, ascending)."""

    points: Ints
    mean: Floats
    covariance: Floats


def field_of(course: Course, points: Ints, settings: FieldSettings | None = None) -> Field:
    """The field over these points and the edges among them; O(n³) once for a goal."""
    settings = settings or FieldSettings()
    points = np.sort(points)
    height = course.depth[points] / max(1, int(course.depth.max(initial=0)))
    n = len(points)
    own = settings.own**2 * np.eye(n)
    along = settings.graph**2 * correlations(course, points, settings.stiffness)
    return Field(
        points=points,
        mean=(settings.start - settings.decline * height).astype(np.float32),
        covariance=(settings.general**2 + along + own).astype(np.float32),
    )


def correlations(course: Course, points: Ints, stiffness: float) -> Doubles:
    """R (n, n): (κ I + L)⁻¹ scaled to a unit diagonal."""
    edges = course.influence[points][:, points]
    weight = edges.maximum(edges.T).toarray().astype(np.float64)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    kernel = np.linalg.inv(laplacian + stiffness * np.eye(len(points)))
    scale = 1 / np.sqrt(np.diagonal(kernel))
    return np.asarray(kernel * scale * scale[:, None])
