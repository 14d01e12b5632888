"""A little world for content-based rankers: every learner follows one topic, which words and traits tell of."""

import numpy as np

from models.rankers.interactions import Catalogue, InteractionHistory, build_interaction_log

TOPICS = ("Vergangenheit bilden", "Artikel und Nomen", "word order", "глаголы движения", "phrasal verbs")
EACH = 12


def catalogue(each: int = EACH) -> Catalogue:
    """Items of five topics in turn; each tenth has traits alone, each tenth words alone."""
    count = each * len(TOPICS)
    topic = np.arange(count) % len(TOPICS)
    texts = tuple("" if item % 10 == 3 else f"{TOPICS[topic[item]]}, Teil {item}" for item in range(count))
    traits = tuple(
        frozenset() if item % 10 == 7 else frozenset({f"point:{topic[item]}", f"level:{item // 10 % 2}", "language:de"})
        for item in range(count)
    )
    return Catalogue(tuple(f"i{item:02}" for item in range(count)), texts, traits)


def log(seed: int = 0, learners: int = 60, each: int = EACH):
    """Learners mostly stay with their topic; the last item of each topic appears at the very end alone."""
    random = np.random.default_rng(seed)
    events = []
    for learner in range(learners):
        mine = learner % len(TOPICS)
        for place, turn in enumerate(random.permutation(each - 1)):
            topic = mine if random.random() < 0.85 else random.integers(len(TOPICS))
            item = len(TOPICS) * turn + topic
            events.append((f"l{learner}", f"i{item:02}", place + random.random(), float(random.random() < 0.8)))
        events.append((f"l{learner}", f"i{len(TOPICS) * (each - 1) + mine:02}", each + random.random(), 1.0))
    return build_interaction_log(events, catalogue(each).items)


def wandering(stay: float, own: bool):
    """Learners who stay with the last topic, or come back to one of their own; else to any."""
    random, events = np.random.default_rng(0), []
    for learner in range(60):
        last = random.integers(5)
        for day in range(30):
            if random.random() > stay:
                last = learner % 5 if own and random.random() < 0.5 else random.integers(5)
            events.append((f"l{learner}", f"i{5 * random.integers(40) + last:02}", day + random.random(), 1.0))
    return build_interaction_log(events, catalogue(40).items)


def seen(*rows: list[int], outcome: float = 1.0) -> InteractionHistory:
    """Histories of these items, oldest first."""
    width = max([len(row) for row in rows] + [1])
    item = np.array([[-1] * (width - len(row)) + row for row in rows], dtype=np.int64)
    known = np.where(item >= 0, np.float32(outcome), np.float32(np.nan))
    return InteractionHistory(item, np.zeros(item.shape, np.float32), known)


class Popular:
    """The rung to beat: how often each item was done."""

    def __init__(self, training):
        self.counts = np.bincount(training.item, minlength=len(training.items)).astype(np.float32)

    def score(self, history):
        return np.tile(self.counts, (len(history), 1))

    def predict_outcome(self, history, candidates):
        return None
