"""Logs for the tests of learner models: random ones, odd ones, and ones from a known hidden chain."""

import numpy as np

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log

Row = tuple[str, list[str], str | None, bool, float]
NO_CLOCK = float("nan")


def random_log(seed: int, learners: int = 12, skills: int = 5, clock: bool = False, several: bool = True) -> AnswerLog:
    """Answers by chance to one skill or two, some to none known."""
    draw, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        day = 0.0
        for _ in range(draw.integers(1, 15)):
            day += draw.exponential(2.0)
            chosen = draw.choice(skills, size=draw.integers(0, 3) if several else 1, replace=False)
            names = [f"s{skill}" for skill in chosen]
            rows.append((f"l{learner}", names, None, bool(draw.random() < 0.6), day if clock else NO_CLOCK))
    return build_answer_log(rows, tuple(f"s{skill}" for skill in range(skills)))


def odd_logs() -> dict[str, AnswerLog]:
    """What breaks careless fits."""

    def row(learner: str, skill: str | None, right: bool, day: float = NO_CLOCK) -> Row:
        return learner, [skill] if skill else [], None, right, day

    return {
        "no answers": build_answer_log([], ("a", "b")),
        "one answer": build_answer_log([row("x", "a", True)]),
        "one learner": build_answer_log([row("x", "a", right) for right in (True, False, True)]),
        "one answer each": build_answer_log([row(str(i), "a", i % 2 == 0) for i in range(9)]),
        "never wrong": build_answer_log([row(str(i % 3), "a", True) for i in range(30)]),
        "never right": build_answer_log([row(str(i % 3), "a", False) for i in range(30)]),
        "nothing but unknown skills": build_answer_log([row("x", None, True), row("x", None, False)], ("a",)),
        "all on one day": build_answer_log([row("x", "a", i % 3 > 0, 5.0) for i in range(9)]),
        "days out of order": build_answer_log([row("x", "a", i % 3 > 0, float(-i)) for i in range(9)]),
        "years apart": build_answer_log([row("x", "a", i % 3 > 0, 1000.0 * i) for i in range(9)]),
        "days for some": build_answer_log(
            [row("x", "a", i % 3 > 0, float(i) if i % 2 else NO_CLOCK) for i in range(9)]
        ),
        "one skill with no answers": build_answer_log([row("x", "a", True)] * 4, ("a", "b")),
    }


def chain_log(truth: np.ndarray, learners: int, answers: int, seed: int = 0, days: float | None = None) -> AnswerLog:
    """Learners who all answer each skill so often. truth: (N, 5) prior, learn, guess, slip and rate of forgetting."""
    draw, size = np.random.default_rng(seed), len(truth)
    prior, learn, guess, slip, forget = truth.T
    known = draw.random((learners, size)) < prior
    right = np.empty((learners, size, answers), dtype=bool)
    day = np.zeros((learners, size, answers))
    for t in range(answers):
        if t:
            gap = 1.0 if days is None else draw.exponential(days, known.shape)
            day[..., t] = day[..., t - 1] + gap
            known |= draw.random(known.shape) < learn
            known &= draw.random(known.shape) < np.exp(-forget * gap)
        right[..., t] = draw.random(known.shape) < np.where(known, 1 - slip, guess)
    total = learners * size * answers
    return AnswerLog(
        learners=tuple(f"l{i}" for i in range(learners)),
        skills=tuple(f"s{i}" for i in range(size)),
        items=(),
        starts=np.arange(learners + 1) * size * answers,
        skill=np.tile(np.repeat(np.arange(size), answers), learners)[:, None],
        item=np.full(total, NO_INDEX),
        right=right.ravel(),
        days=np.full(total, np.nan) if days is None else day.ravel(),
    )
