"""FSRS-6 (Ye, Su & Cao 2022, KDD; the `fsrs` package): how well each point is remembered, and when to review it.

Of a point it keeps stability S (days until recall falls to 0.9; 0 before the first answer), difficulty D in [1, 10] and
the number of answers. A right answer is "good", a wrong one "again", on every point that it touches.

    P(right) = mean over the points, by importance, of    R(days, S)    answered on an earlier day (see recall.py)
                                                          same_day      answered today, where R would be 1
                                                          first_k       never answered: share of right first answers

Mastery is that same chance on one point; its spread that of a Beta worth the answers given. Without a clock all is
today, and the model says next to nothing. Left out: neighbours (W), items, the package's timetable of learning steps.
"""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.evidence import spread_of
from models.learners.contract import Estimate, LearnerModel, Memory, Parameters, Question
from models.learners.log import AnswerLog
from models.learners.recall import AGAIN, GOOD, due_in, retrievability, reviewed
from models.learners.recall_fit import RecallSettings, Reviews, fitted_parameters, reviews

Floats = NDArray[np.float32]
STABILITY, DIFFICULTY, ANSWERS = 0, 1, 2
RETENTION = 0.9
"""Recall at which a review is due: the package's default, and what S is defined by."""
PSEUDO_ANSWERS = 5.0
"""How many answers the overall share is worth beside a point's own first ones, as in `models.learners.log.shares`."""


class FSRS(LearnerModel):
    """Parameters: w (21,); first (N + 1,), share of right first answers to each point and, last, any; same_day ()."""

    name: ClassVar[str] = "fsrs"

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self._fitted = parameters
        self.w: NDArray[np.float64] = parameters["w"]

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0, settings: RecallSettings | None = None) -> Self:
        """Fit to a log. The seed changes nothing."""
        settings = settings or RecallSettings()
        found = reviews(log, settings.longest)
        today = found.right[(found.number > 0) & (found.days < 1)]
        fitted: dict[str, NDArray[Any]] = {
            "w": fitted_parameters(found, settings),
            "first": _first(found, len(log.skills)),
            "same_day": np.array((today.sum() + PSEUDO_ANSWERS * RETENTION) / (len(today) + PSEUDO_ANSWERS)),
        }
        model = cls(log.skills, log.items, fitted)
        counted = int((found.days >= 1).sum())
        if counted < settings.fewest:
            model.notes = (f"{counted} reviews on a later day, fewer than {settings.fewest}: FSRS's defaults are kept",)
        return model

    def parameters(self) -> Parameters:
        """See the class."""
        return self._fitted

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """The model that `parameters()` came from, without notes."""
        return cls(skills, items, parameters)

    def start(self) -> Memory:
        """(1, 0) and (1, N, 3) zeros: nothing was answered."""
        return Memory(np.empty((1, 0), np.float32), np.zeros((1, len(self.skills), 3), np.float32))

    def update(self, memory: Memory, question: Question, right: NDArray[np.bool_]) -> Memory:
        """A review of every point with importance."""
        before = memory.points
        rating = np.broadcast_to(np.where(right, GOOD, AGAIN)[:, None], question.points.shape)
        after = self.review(before, question.days, rating)
        return Memory(memory.learner, np.where(question.importance[..., None] > 0, after, before))

    def review(self, points: Floats, days: Floats, rating: NDArray[np.integer]) -> Floats:
        """Memory (…, 3) after reviews with FSRS's four ratings, 1 again … 4 easy; days and rating (…)."""
        since = np.maximum(days, 0)
        stability, difficulty = reviewed(points[..., STABILITY], points[..., DIFFICULTY], since, rating, self.w)
        return np.stack([stability, difficulty, points[..., ANSWERS] + 1], axis=-1, dtype=np.float32)

    def recall(self, points: Floats, days: Floats) -> Floats:
        """R of points (…, 3) after days (…); 0 for those never answered."""
        found = retrievability(points[..., STABILITY], np.maximum(days, 0), self.w)
        return np.asarray(np.where(points[..., STABILITY] > 0, found, 0), dtype=np.float32)

    def due_in(self, points: Floats, days: Floats, retention: float = RETENTION) -> Floats:
        """Days from now until recall has fallen to `retention`; 0 where a review is due or nothing was answered yet."""
        return np.asarray(np.clip(due_in(points[..., STABILITY], self.w, retention) - days, 0, None), dtype=np.float32)

    def fading(self, points: NDArray[np.int64], memory: Floats) -> Floats:
        """What falls to `RETENTION` in S days; so a level of .9 is below .8, and wanted again, soon after it is due."""
        stability = np.where(memory[..., STABILITY] > 0, memory[..., STABILITY], np.nan)
        return np.asarray(-np.log(RETENTION) / stability, dtype=np.float32)

    def predict(self, memory: Memory, question: Question) -> Floats:
        """(B,); the share of right first answers to anything where no point is known."""
        weight = np.where(question.points >= 0, question.importance, 0)
        total = weight.sum(axis=1)
        mean = (self._chance(memory, question) * weight).sum(axis=1) / np.maximum(total, 1e-9)
        return np.asarray(np.where(total > 0, mean, self._fitted["first"][-1]), dtype=np.float32)

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """The chance on each point alone."""
        level = self._chance(memory, question)
        return Estimate(level, spread_of(level, memory.points[..., ANSWERS]))

    def _chance(self, memory: Memory, question: Question) -> Floats:
        seen = memory.points[..., STABILITY] > 0
        later = np.where(question.days >= 1, self.recall(memory.points, question.days), self._fitted["same_day"])
        return np.asarray(np.where(seen, later, self._fitted["first"][question.points]), dtype=np.float32)


def _first(found: Reviews, skills: int) -> Floats:
    """(N + 1,) share of right first answers, drawn to the overall one; ½ of nothing."""
    size = found.active[0] if found.active else 0
    right, skill = found.right[:size], found.skill[:size]
    overall = (right.sum() + 0.5) / (size + 1)
    wins, answers = np.bincount(skill, weights=right, minlength=skills), np.bincount(skill, minlength=skills)
    share = (wins + PSEUDO_ANSWERS * overall) / (answers + PSEUDO_ANSWERS)
    return np.append(share, overall).astype(np.float32)
