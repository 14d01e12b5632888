"""A small log with a structure to recover: two tastes, a popular half of each, and outcomes that depend on both."""

import numpy as np

from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog, build_interaction_log

ITEMS = 40


def planted(seed: int = 0, learners: int = 120, events: int = 12) -> InteractionLog:
    """Even learners do the first half of the items, odd ones the second; the early items of each half most often.

    An outcome is likely good where item and learner leave the same rest by 4. Two items are never done.
    """
    random = np.random.default_rng(seed)
    weight = 1 / (1 + np.arange(ITEMS // 2))
    rows = []
    for learner in range(learners):
        mine = random.choice(ITEMS // 2, events, replace=False, p=weight / weight.sum()) + learner % 2 * ITEMS // 2
        for day, item in enumerate(mine):
            right = random.random() < (0.9 if learner % 4 == item % 4 else 0.2)
            rows.append((f"l{learner}", f"i{item:02}", day + random.random(), float(right)))
    return build_interaction_log(rows, (*(f"i{item:02}" for item in range(ITEMS)), "never", "neither"))


def levels(items: tuple[str, ...]) -> Catalogue:
    """The first half is A1, the second B2; the last two have no level."""
    traits = [frozenset({"level:A1" if place < ITEMS // 2 else "level:B2"}) for place in range(ITEMS)]
    return Catalogue(items, ("",) * len(items), (*traits, frozenset(), frozenset({"kind:video"})))


def seen(*rows: list[int], outcome: float = 1.0) -> InteractionHistory:
    """Histories from lists of items, −1 in front."""
    longest = max(1, max(len(row) for row in rows))
    item = np.array([[-1] * (longest - len(row)) + row for row in rows])
    known = np.where(item >= 0, np.float32(outcome), np.float32(np.nan))
    return InteractionHistory(item, np.where(item >= 0, np.float32(1), np.float32(0)), known)
