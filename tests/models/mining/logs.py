"""Logs for the tests: by hand, and of learners among whom nothing depends on anything."""

import numpy as np
from hypothesis import strategies as st

from models.mining.mastery_log import MasteryLog


def log_of(rows: list[tuple[int, int, float, float]], points: int) -> MasteryLog:
    """From (learner, point, since, at); NaN: not mastered, at = since: known when met."""
    learner, point, since, at = (list(column) for column in zip(*rows, strict=True))
    return MasteryLog(
        tuple(f"p{number}" for number in range(points)),
        max(learner) + 1,
        np.array(learner),
        np.array(point),
        np.array(at, dtype=np.float64),
        np.array(since, dtype=np.float64),
    )


def independent(learners: int, points: int, seed: int) -> MasteryLog:
    """Points differ in how soon they are begun, how long they take and how many master them; learners in nothing."""
    draw = np.random.default_rng(seed)
    since = draw.uniform(0, 100, (learners, points)) + 20 * np.arange(points)
    at = since + draw.exponential(5 + 5 * np.arange(points)[::-1], (learners, points))
    at[draw.random((learners, points)) > np.linspace(0.5, 0.9, points)] = np.nan
    learner, point = np.divmod(np.arange(learners * points), points)
    return MasteryLog(tuple(map(str, range(points))), learners, learner, point, at.ravel(), since.ravel())


def chained(learners: int, seed: int) -> MasteryLog:
    """0 → 1 → 2, and 27 points apart: who has not mastered the one before never masters the next."""
    draw = np.random.default_rng(seed)
    since = draw.uniform(0, 1, (learners, 30))
    at = draw.uniform(2, 10, (learners, 30))
    lost = draw.random((learners, 30)) < 0.3
    for point in (1, 2):
        lost[:, point] |= lost[:, point - 1]
        at[:, point] = np.maximum(at[:, point], at[:, point - 1] + 0.1)
    at[lost] = np.nan
    learner, point = np.divmod(np.arange(learners * 30), 30)
    return MasteryLog(
        tuple(f"{number:02d}" for number in range(30)), learners, learner, point, at.ravel(), since.ravel()
    )


@st.composite
def any_log(draw: st.DrawFn) -> MasteryLog:
    """A tiny log of any shape, ties, known and unmastered points among it."""
    cells = [(learner, point) for learner in range(6) for point in range(4)]
    some = draw(st.lists(st.sampled_from(cells), unique=True, min_size=1))
    rows = []
    for learner, point in some:
        since = draw(st.integers(0, 3))
        at = draw(st.sampled_from([float("nan"), float(since), since + 1.0, since + 2.0]))
        rows.append((learner, point, float(since), at))
    return log_of(rows, 4)
