"""Short-term against long-term effect, in the simulator: take-up, length of stay, knowledge later.

Simulated learners with hidden tastes (benchmarks/recommenders/choice_logs.py) receive one recommendation a turn. A
learner who declines skips the turn: time passes, nothing is learnt. A bored learner leaves. Every recommender meets the
same learners with the same tastes and, turn by turn, the same random numbers for accepting and leaving.

    take-up     share of recommendations that were accepted
    E_p         (end − start) / (1 − start), hidden knowledge of the goal points at the learner's end
    retained    hidden knowledge of the goal points after `delay` days more without learning

What is accepted and what teaches need not be the same: compare both columns.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from benchmarks.recommenders.choice_logs import ChoosingLearners, Taste
from models.arrays import Flags, Floats
from models.evaluation.simulated import ensure_candidate
from models.recommender import Recommender
from models.simulation.environment import LearnerVectorEnv

HORIZON_MEASURES = ("take_up", "events", "minutes", "ep", "retained")


@dataclass(frozen=True)
class StayRules:
    """When a stay ends, and when knowledge is measured once more.

    Attributes:
        turns: most recommendations.
        delay: days without learning before `retained` is measured.
    """

    turns: int = 60
    delay: float = 30.0


@dataclass(frozen=True, eq=False)
class HorizonResult:
    """One recommender on B learners, each (B,).

    Attributes:
        take_up: share of recommendations accepted.
        events, minutes: resources done until the learner left, reached the goal or was through with all turns.
        left: who left out of boredom.
        ep, retained: learning gain at the end, and knowledge of the goal points after the delay.
    """

    take_up: Floats
    events: Floats
    minutes: Floats
    left: Flags
    ep: Floats
    retained: Floats

    def means(self) -> dict[str, float]:
        """Over learners."""
        return {name: float(getattr(self, name).mean()) for name in (*HORIZON_MEASURES, "left")}


class PairedDifference(NamedTuple):
    """Mean difference of two recommenders on the same learners, and its two-sided p-value (paired t-test)."""

    difference: float
    p: float


def simulate_stay(
    env: LearnerVectorEnv,
    recommender: Recommender,
    seed: int,
    rules: StayRules | None = None,
    taste: Taste | None = None,
    counts: Floats | None = None,
) -> HorizonResult:
    """One stay of every learner of `env`, from `seed`; `counts` (R,) is what is popular among them."""
    rules = rules or StayRules()
    env.reset(seed=seed)
    choosers = ChoosingLearners(env.course, env.num_envs, seed, taste, counts)
    rows, start = np.arange(env.num_envs), env.knowledge_of_goal()
    offered, events, minutes = (np.zeros(env.num_envs, dtype=np.float32) for _ in range(3))
    alive, left = env.allowed().any(axis=1), np.zeros(env.num_envs, dtype=bool)
    for _ in range(rules.turns):
        if not alive.any():
            break
        seen = ensure_candidate(env.observe())
        position = recommender.decide(seen).chosen
        does = choosers.accept(seen, position) & alive
        bored = choosers.leave(seen, position, does)
        actions = seen.candidates[rows, position]
        ended = advance_some(env, actions, does)
        offered += alive
        events += does
        minutes += does * env.course.minutes[actions]
        skipped = alive & ~does
        left |= alive & bored & ~ended
        env.wait((choosers.pause() + skipped / env.population.answers_per_day).astype(np.float32) * (alive & ~ended))
        alive &= ~ended & ~bored & env.allowed().any(axis=1)
    end = env.knowledge_of_goal()
    env.wait(np.full(env.num_envs, rules.delay, dtype=np.float32))
    take_up = (events / np.maximum(offered, 1)).astype(np.float32)
    ep = ((end - start) / np.maximum(1 - start, 1e-6)).astype(np.float32)
    return HorizonResult(take_up, events, minutes, left, ep, env.knowledge_of_goal())


def advance_some(env: LearnerVectorEnv, actions: np.ndarray[Any, np.dtype[np.int64]], does: Flags) -> Flags:
    """Some learners (B,) do their resource, the others stay as they are. Returns whose episode has ended, (B,)."""
    before = env.state()
    _, ended, _ = env.advance(actions)
    after = env.state()
    for part in ("mine", "hidden", "recent"):
        for name, array in after[part].items():
            array[~does] = before[part][name][~does]
    env.restore(after)
    return np.asarray(ended & does)


def compare_horizons(first: HorizonResult, second: HorizonResult) -> dict[str, PairedDifference]:
    """By measure; both must have met the same learners."""
    found = {}
    for name in HORIZON_MEASURES:
        one, other = getattr(first, name), getattr(second, name)
        differ = bool((one != other).any())
        found[name] = PairedDifference(
            float((one - other).mean()), float(stats.ttest_rel(one, other).pvalue) if differ else 1.0
        )
    return found


def join_horizons(parts: list[HorizonResult]) -> HorizonResult:
    """Several seeds as one."""
    return HorizonResult(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})
