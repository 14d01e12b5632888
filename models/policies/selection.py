"""Make the strategies of one course by name, and select the one that serves.

Rule-based and graph strategies are built directly, bandits practise first (seconds), rankers and policies are loaded
from their folders. A trained policy can be served whole or one head alone (`q`, `ppo`); on a course of at least
SPARSE_SCORING_POINTS points it scores one learner by `SparseScorer`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from graph.errors import Invalid, SetupFailed
from models.course import Course
from models.evaluation.advice import OfflineMeasurement, load_advised_strategy
from models.evaluation.leaderboard import Leaderboard, load_leaderboard
from models.policies.bandit_training import (
    PRACTICE_LEARNERS,
    PRACTICE_ROUNDS,
    AnyBandit,
    make_bandit,
    make_prior_bandit,
    practise_bandit,
)
from models.policies.graph_walk import MultiHop, PersonalisedPageRank
from models.policies.rule_based import make_simple_baselines
from models.policies.strategies import DEFAULT_STRATEGY, FITTED_STRATEGIES, STRATEGIES, find_strategy
from models.policies.wrappers import load_ranker_strategy
from models.rankers.comparison import load_comparison
from models.rankers.interactions import Catalogue
from models.rankers.registry import RANKERS
from models.recommender import Recommender
from models.rl.policy import LearnedPolicy, SparseScorer
from models.rl.run import MAIN_POLICY, POLICY_FILE, load_policy, locate_policy
from models.simulation.environment import LearnerVectorEnv

GRAPH_WALKS: dict[str, Callable[[Course], Recommender]] = {"pagerank": PersonalisedPageRank, "multi_hop": MultiHop}


def make_baselines(course: Course, seed: int = 0) -> list[Recommender]:
    """Make every strategy below the learned policy, weakest first."""
    return [*make_simple_baselines(course, seed), train_baseline_bandit(course, seed)]


def make_baseline(name: str, course: Course) -> Recommender:
    """Make one strategy that needs no file; a bandit is trained on simulated learners first, which takes seconds."""
    match STRATEGIES[name].kind:
        case "bandit":
            return make_prior_bandit(name, course)
        case "walk":
            return GRAPH_WALKS[name](course)
    return {strategy.name: strategy for strategy in make_simple_baselines(course)}[name]


def train_baseline_bandit(course: Course, seed: int = 0) -> AnyBandit:
    """Train the baseline `bandit`: LinUCB after practice on the reward that policies are trained on."""
    trained = practise_bandit(
        make_bandit("linucb", course, seed), LearnerVectorEnv(course, PRACTICE_LEARNERS), PRACTICE_ROUNDS, seed
    )
    trained.name = "bandit"
    return trained


SPARSE_SCORING_POINTS = 500
"""Points from which on a learner is scored from the points that matter only."""


def load_serving_policy(folder: Path, course: Course, name: str = "lodestar") -> LearnedPolicy:
    """Load the trained policy `name` of `folder`, or one head of lodestar alone.

    Torch is told to use one thread: for one learner that is as fast, and steadier beside a busy database.
    Raises `SetupFailed` where it is not trained.
    """
    torch.set_num_threads(1)
    entry = STRATEGIES[name]
    home = locate_policy(folder, MAIN_POLICY if entry.head else name)
    if not (home / POLICY_FILE).exists():
        raise SetupFailed(f"{name} is not trained: lodestar train {course.id}{entry.train_option}")
    trained = load_policy(home, course)
    if trained.network.operators and course.points >= SPARSE_SCORING_POINTS:
        trained.nearby = SparseScorer(trained.network, course)
    return replace(trained, name=name, method=entry.head) if entry.head else trained


@dataclass(frozen=True, eq=False)
class CourseStrategies:
    """What can recommend on one course.

    Attributes:
        policies, rankers: the folders of what was trained and fitted for this course.
        catalogue: of the course's resources, so that content is read of those that came after the fit.
    """

    course: Course
    policies: Path
    rankers: Path
    catalogue: Catalogue | None = None
    made: dict[str, Recommender] = field(default_factory=dict, repr=False)

    def make(self, name: str) -> Recommender:
        """The strategy on this course, kept; may take seconds the first time.

        Raises `Invalid` for an unknown name, `SetupFailed` where something is lacking: the text says what.
        """
        if name not in self.made:
            find_strategy(name)
            self.made[name] = self._make(name)
        return self.made[name]

    def best(self) -> str:
        """Who serves: the ranker that advice took, else what teaches best; what is gone cannot."""
        taken = load_advised_strategy(self.rankers)
        return taken if taken in RANKERS and self._can(taken) else self.taught()

    def taught(self) -> str:
        """The strategy that the leaderboard serves, if it is still what was measured."""
        leaderboard = self.leaderboard()
        if leaderboard is None or not self._as_measured(leaderboard, leaderboard.served):
            return DEFAULT_STRATEGY
        return leaderboard.served

    def teaching(self) -> Mapping[str, float]:
        """E_p of each that is still what was measured."""
        leaderboard = self.leaderboard()
        if leaderboard is None:
            return {}
        return {row.name: row.ep for row in leaderboard.rows if self._as_measured(leaderboard, row.name)}

    def _as_measured(self, leaderboard: Leaderboard, name: str) -> bool:
        """What is newer than the leaderboard, or gone, has not earned its place."""
        if name not in FITTED_STRATEGIES:
            return name in STRATEGIES
        return self._can(name) and self.make(name).version == leaderboard.of(name).version

    def leaderboard(self) -> Leaderboard | None:
        """What was measured of learning, in the simulator."""
        return load_leaderboard(self.policies)

    def offline(self) -> Mapping[str, OfflineMeasurement]:
        """What was measured on the course's own log."""
        comparison = load_comparison(self.rankers)
        return {
            each.name: OfflineMeasurement(each.figures["ndcg10"], each.lead or 0.0, each.low or 0.0, each.high or 0.0)
            for each in (comparison.rows if comparison else ())
            if not each.lacks
        }

    def make_all(self) -> Iterator[Recommender]:
        """Everything that can be made, simplest first; the policy's halves are no strategies beside the whole."""
        for name in STRATEGIES:
            if STRATEGIES[name].head is None and self._can(name):
                yield self.make(name)

    def _can(self, name: str) -> bool:
        try:
            self.make(name)
        except (Invalid, SetupFailed):
            return False
        return True

    def _make(self, name: str) -> Recommender:
        match STRATEGIES[name].kind:
            case "ranker":
                return load_ranker_strategy(self.rankers / name, self.course, name, self.catalogue)
            case "policy":
                return load_serving_policy(self.policies, self.course, name)
        return make_baseline(name, self.course)
