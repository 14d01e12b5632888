"""Strategies made of others: a fitted ranker on a course, a fallback chain, and exploration by mastery sampling.

`RankerStrategy` orders the feasible candidates by a ranker's scores. Resources that the ranker does not know score
NaN; a learner of whose candidates none has a score is left undecided.

`FallbackStrategy` asks its strategies in order: the first decides, and the learners that it leaves undecided go to
the next.

`Explorer` is Thompson sampling over mastery (Thompson 1933; Russo et al. 2018). In a share ε of decisions the
strategy is given draws of the levels in place of the estimates, s̃ ~ N(s, sd²) within [0, 1]; the more certain the
estimates, the smaller the effect. Candidates stay those that are feasible by the estimates, so nothing is recommended
whose prerequisites are not met. With n draws, one of which is taken at random,

    propensity(a) = (1 − ε) [a is the usual choice] + ε · (draws that choose a) / n
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import NO_INDEX, Floats, Ints
from models.course import Course
from models.rankers.base import Ranker
from models.rankers.interactions import Catalogue, InteractionHistory
from models.rankers.registry import load_saved_ranker
from models.recommender import Decision, Observation, Recommender, decide_by_score


@dataclass
class RankerStrategy:
    """A ranker on a course. With a `catalogue`, it also knows what content alone tells of the items in it.

    Attributes:
        place: (R,) position of each of the course's resources among the ranker's items, NO_INDEX where it is not known.
    """

    course: Course
    ranker: Ranker
    name: str
    version: str = "1"
    catalogue: InitVar[Catalogue | None] = None
    place: Ints = field(init=False, repr=False)

    def __post_init__(self, catalogue: Catalogue | None) -> None:
        if catalogue is not None:
            self.ranker = self.ranker.extend(catalogue)
        position = {item: number for number, item in enumerate(self.ranker.items)}
        self.place = np.array([position.get(id, NO_INDEX) for id in self.course.resource_ids], dtype=np.int64)

    def decide(self, observation: Observation) -> Decision:
        """Take the best of those it can say something of; ties go to the earlier resource."""
        return decide_by_score(self.score(observation), observation.mask)

    def score(self, observation: Observation) -> Floats:
        """(B, K) the ranker's scores of the candidates, NaN where it has no opinion."""
        candidates = np.where(observation.mask, self.place[observation.candidates], NO_INDEX)
        history = observation.history or make_empty_history(len(observation))
        score = self.ranker.score(history.reindex(self.place), candidates)
        return np.where(candidates >= 0, score, np.float32(np.nan))


def load_ranker_strategy(folder: Path, course: Course, name: str, catalogue: Catalogue | None = None) -> RankerStrategy:
    """The fitted ranker in `folder` on a course. Raises `SetupFailed` where there is none."""
    saved = load_saved_ranker(folder)
    return RankerStrategy(course, saved.ranker, name, saved.version, catalogue)


def make_empty_history(learners: int) -> InteractionHistory:
    """The history of learners of whom nothing is known."""
    none = np.zeros((learners, 1), dtype=np.float32)
    return InteractionHistory(np.full((learners, 1), NO_INDEX), none, none + np.float32(np.nan))


@dataclass(frozen=True)
class FallbackStrategy:
    """Recommenders in order; a learner is passed on until one has an opinion. Known by the first one's name."""

    strategies: Sequence[Recommender]

    @property
    def name(self) -> str:
        """Of the first."""
        return self.strategies[0].name

    @property
    def version(self) -> str:
        """Of the first."""
        return self.strategies[0].version

    def decide(self, observation: Observation) -> Decision:
        """Ask one after another, each about the learners that are left; silent where all are."""
        decision = self.strategies[0].decide(observation)
        for strategy in self.strategies[1:]:
            left = np.flatnonzero(decision.silent) if decision.silent is not None else np.zeros(0, dtype=np.int64)
            if not len(left):
                break
            decision = _merge_decisions(decision, left, strategy.decide(observation.take(left)))
        return decision


def _merge_decisions(decision: Decision, rows: Ints, other: Decision) -> Decision:
    """Replace the decision of some learners, (n,), by `other`; Q values only where the first strategy has some."""
    if decision.q is not None and other.q is None:
        other = replace(other, q=np.full_like(other.score, np.nan))
    if other.silent is None:
        other = replace(other, silent=np.zeros(len(rows), dtype=bool))
    changed: dict[str, Any] = {name: array.copy() for name, array in vars(decision).items() if array is not None}
    for name, array in changed.items():
        array[rows] = getattr(other, name)
    return replace(decision, **changed)


EXPLORATION_DRAWS = 16


@dataclass
class Explorer:
    """A recommender that explores now and then; `share`: ε. Only for one learner whose sd is known."""

    inner: Recommender
    share: float
    seed: int | None = None

    def __post_init__(self) -> None:
        self.name, self.version = self.inner.name, self.inner.version
        self._random = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """The usual decision with an honest propensity, or one by a draw."""
        usual = self.inner.decide(observation)
        if observation.sd is None or len(observation) != 1:
            return usual
        drawn = self.inner.decide(self._draws(observation, observation.sd)).chosen
        counts = np.bincount(drawn, minlength=observation.mask.shape[1]) / EXPLORATION_DRAWS
        propensity = ((1 - self.share) * usual.propensity + self.share * counts).astype(np.float32)
        explores = self._random.random() < self.share
        chosen = self._random.choice(drawn, 1) if explores else usual.chosen
        return replace(usual, chosen=chosen, propensity=propensity, kept=usual.kept | (propensity > 0))

    def _draws(self, seen: Observation, sd: Floats) -> Observation:
        """The same learner as often as there are draws, each time with other levels."""
        many = seen.take(np.zeros(EXPLORATION_DRAWS, dtype=np.int64))
        noise = self._random.standard_normal(many.level.shape)
        level = np.clip(many.level + noise * sd, 0, 1).astype(np.float32)
        return replace(many, level=level, sd=None)
