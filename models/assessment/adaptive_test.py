"""Computerized adaptive testing of one ability on a calibrated item bank, as functions of an immutable test state.

    information  I(θ) = a² (P − c)² (1 − P) / ((1 − c)² P)      (Birnbaum 1968)

The next item has the most information, averaged over the posterior of θ (van der Linden 1998) or at its mean. Content
areas keep their shares: the item comes from the area that is furthest behind its share (Kingsbury & Zara 1989).
Exposure control: the item is drawn from the `randomesque` best (Kingsbury & Zara 1989), and a selected item is
administered with its own Sympson–Hetter (1985) probability, else left out for the whole test; `calibrate_exposure`
finds these probabilities by simulation. The ability estimate is the EAP on a grid. A test ends on its standard error,
its length or its time.
Left out: shadow tests, response times, going back to an item.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from models.arrays import Doubles, Flags, Ints
from models.knowledge_tracing.irt import IRTSettings, ItemBank

StopReason = Literal["error", "length", "time", "items"]
THETA_GRID, THETA_LOG_PRIOR = IRTSettings().grid()
"""Nodes of θ (Q,) and the logarithm of N(0, 1) on them."""


@dataclass(frozen=True)
class TestRules:
    """How to choose items and when to end a test.

    Attributes:
        se: end when the standard error of θ is at most this; 0: never. .3 is reliability .91 where θ ~ N(0, 1).
        min_items, max_items: end by `se` after `min_items` at the earliest; end at `max_items` at the latest.
        minutes: end after this time.
        randomesque: draw the item from so many of the best; 1: always the best.
        averaged: average information over the posterior of θ; otherwise take it at its mean.
    """

    __test__ = False
    se: float = 0.3
    min_items: int = 3
    max_items: int = 30
    minutes: float = float("inf")
    randomesque: int = 1
    averaged: bool = True


@dataclass(frozen=True, eq=False)
class ItemPool:
    """The items of a test.

    Attributes:
        bank: I calibrated items.
        area: (I,) content area of each; None: one area.
        shares: (areas,) of the test, summing to 1.
        administer_probability: (I,) of Sympson & Hetter; None: all 1.
    """

    bank: ItemBank
    area: Ints | None = None
    shares: Doubles | None = None
    administer_probability: Doubles | None = None

    @cached_property
    def chance(self) -> Doubles:
        """P(right) on the grid, (I, Q)."""
        return self.bank.chance(THETA_GRID).clip(1e-9, 1 - 1e-9)

    @cached_property
    def information(self) -> Doubles:
        """Fisher information on the grid, (I, Q)."""
        return compute_information(self.bank, THETA_GRID)


@dataclass(frozen=True, eq=False)
class TestState:
    """The answers so far and the posterior of θ.

    Attributes:
        asked, right: items in order, and whether they were answered right.
        minutes: time used.
        posterior: (Q,) log posterior of θ on the grid.
        barred: (I,) items that exposure control leaves out of this test; None: none.
    """

    __test__ = False
    asked: tuple[int, ...]
    right: tuple[bool, ...]
    minutes: float
    posterior: Doubles
    barred: Flags | None = None

    @cached_property
    def weight(self) -> Doubles:
        """The posterior, summing to 1, (Q,)."""
        likely = np.exp(self.posterior - self.posterior.max())
        return np.asarray(likely / likely.sum())

    @property
    def ability(self) -> float:
        """Mean of the posterior of θ."""
        return float(self.weight @ THETA_GRID)

    @property
    def se(self) -> float:
        """Standard deviation of the posterior of θ."""
        return float(np.sqrt(self.weight @ (THETA_GRID - self.ability) ** 2))


def start_test(pool: ItemPool, generator: np.random.Generator) -> TestState:
    """Start a test with θ ~ N(0, 1), and draw which items exposure control leaves out."""
    if pool.administer_probability is None:
        return TestState((), (), 0.0, THETA_LOG_PRIOR)
    return TestState(
        (), (), 0.0, THETA_LOG_PRIOR, generator.random(len(pool.administer_probability)) >= pool.administer_probability
    )


def record_answer(state: TestState, pool: ItemPool, item: int, right: bool, minutes: float = 0.0) -> TestState:
    """Return the state after one answer that took `minutes`."""
    chance = pool.chance[item]
    posterior = state.posterior + np.log(chance if right else 1 - chance)
    asked, outcomes = (*state.asked, item), (*state.right, right)
    return replace(state, asked=asked, right=outcomes, minutes=state.minutes + minutes, posterior=posterior)


def find_stop_reason(state: TestState, pool: ItemPool, rules: TestRules) -> StopReason | None:
    """Return why the test is over, or None while it goes on."""
    if len(state.asked) >= rules.max_items:
        return "length"
    if state.minutes >= rules.minutes:
        return "time"
    if len(state.asked) >= rules.min_items and state.se <= rules.se:
        return "error"
    return "items" if len(state.asked) >= len(pool.bank.difficulty) else None


def compute_information(bank: ItemBank, theta: Doubles) -> Doubles:
    """Return the Fisher information of every item at θ (Q,): (I, Q)."""
    chance, guessing = bank.chance(theta).clip(1e-9, 1 - 1e-9), bank.guessing[:, None]
    rise = bank.discrimination[:, None] * (chance - guessing) / (1 - guessing)
    return np.asarray(rise**2 * (1 - chance) / chance)


def choose_item(state: TestState, pool: ItemPool, rules: TestRules, generator: np.random.Generator) -> int:
    """Choose the next item; at least one must not have been asked."""
    best = _rank_items(state, pool, rules)
    if state.barred is not None and not state.barred[best].all():
        best = best[~state.barred[best]]
    best = best[: rules.randomesque]
    return int(generator.choice(best)) if len(best) > 1 else int(best[0])


def calibrate_exposure(
    pool: ItemPool, rules: TestRules, highest: float, generator: np.random.Generator, examinees: int = 200
) -> ItemPool:
    """Return the pool with Sympson–Hetter probabilities that limit each item to a share `highest` of all tests.

    Ten rounds of simulated tests: an item that is offered to a share P of the examinees is administered with
    probability highest / P.
    """
    pool = replace(pool, administer_probability=np.ones(len(pool.bank.difficulty)))
    for _ in range(10):
        offered = np.zeros(len(pool.bank.difficulty))
        for theta in generator.normal(size=examinees):
            offered[list(_simulate_offers(float(theta), pool, rules, generator))] += 1 / examinees
        pool = replace(pool, administer_probability=np.minimum(1, highest / np.maximum(offered, highest)))
    return pool


def _simulate_offers(theta: float, pool: ItemPool, rules: TestRules, generator: np.random.Generator) -> set[int]:
    """Return all items that one simulated test offered, administered or not."""
    state, offered = start_test(pool, generator), set[int]()
    chance = pool.bank.chance(np.array([theta]))[:, 0]
    while find_stop_reason(state, pool, rules) is None:
        item, ranked = choose_item(state, pool, rules, generator), _rank_items(state, pool, rules).tolist()
        offered.update(ranked[: ranked.index(item) + 1])
        state = record_answer(state, pool, item, bool(generator.random() < chance[item]))
    return offered


def _rank_items(state: TestState, pool: ItemPool, rules: TestRules) -> Ints:
    """Return the items that may come next, the most informative first."""
    if rules.averaged:
        value = pool.information @ state.weight
    else:
        value = compute_information(pool.bank, np.array([state.ability]))[:, 0]
    fresh = np.ones(len(value), dtype=bool)
    fresh[list(state.asked)] = False
    items = np.flatnonzero(_balance_areas(state, pool, fresh))
    return items[np.argsort(-value[items], kind="stable")]


def _balance_areas(state: TestState, pool: ItemPool, fresh: Flags) -> Flags:
    """Mask the fresh items of the area furthest behind its share; areas without fresh items do not count."""
    if pool.area is None or pool.shares is None:
        return fresh
    asked = np.bincount(pool.area[list(state.asked)], minlength=len(pool.shares))
    behind = pool.shares - asked / max(1, len(state.asked))
    left = np.bincount(pool.area[fresh], minlength=len(pool.shares)) > 0
    return np.asarray(fresh & (pool.area == int(np.where(left, behind, -np.inf).argmax())))
