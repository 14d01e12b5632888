"""Small logs with a planted order, and nasty ones."""

import numpy as np

from models.rankers.interactions import InteractionLog, build_interaction_log

ITEMS = tuple(f"i{number:02}" for number in range(12))


def circle(seed: int = 0, learners: int = 60, longest: int = 20, faithful: float = 0.9) -> InteractionLog:
    """Learners go round a circle of items from any place; sometimes they jump anywhere."""
    random, events = np.random.default_rng(seed), []
    for learner in range(learners):
        place = int(random.integers(len(ITEMS)))
        for day in range(int(random.integers(2, longest + 1))):
            events.append((f"l{learner}", ITEMS[place], float(day), float(random.random() < 0.5)))
            place = (place + 1) % len(ITEMS) if random.random() < faithful else int(random.integers(len(ITEMS)))
    return build_interaction_log(events, (*ITEMS, "never done"))


def by_outcome(seed: int = 0, learners: int = 80, longest: int = 16) -> InteractionLog:
    """Learners go on round the circle after a success and back after a failure."""
    random, events = np.random.default_rng(seed), []
    for learner in range(learners):
        place = int(random.integers(len(ITEMS)))
        for day in range(longest):
            right = float(random.random() < 0.5)
            events.append((f"l{learner}", ITEMS[place], float(day), right))
            place = (place + (1 if right else -1)) % len(ITEMS)
    return build_interaction_log(events, ITEMS)


NASTY = {
    "one learner": build_interaction_log([("a", item, day, 1.0) for day, item in enumerate("uvw")], tuple("uvw")),
    "one item": build_interaction_log(
        [(learner, "u", day, np.nan) for learner in "ab" for day in (1.0, 2.0)], tuple("uv")
    ),
    "one moment": build_interaction_log([(learner, item, 1.0, 0.0) for learner in "ab" for item in "uv"], tuple("uv")),
    "two events": build_interaction_log([("a", "u", 1.0, np.nan), ("a", "v", 2.0, np.nan)], tuple("tuv")),
}
