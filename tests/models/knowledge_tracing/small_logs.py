"""Small random logs for tests of learner models."""

import numpy as np

from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log

SKILLS = tuple(f"s{number}" for number in range(6))


def random_log(seed: int, learners: int = 20, longest: int = 30) -> AnswerLog:
    """None to two skills an answer, items or none, one learner of `longest` answers and others of one or more."""
    rng, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        for _ in range(longest if learner == 0 else rng.integers(1, 20)):
            skills = [SKILLS[i] for i in rng.choice(len(SKILLS), rng.integers(0, 3), replace=False)]
            item = f"i{rng.integers(9)}" if rng.random() < 0.8 else None
            rows.append((str(learner), skills, item, bool(rng.random() < 0.6), np.nan))
    return build_answer_log(rows, SKILLS)


def simple_log(*learners: str, skills: str = "a") -> AnswerLog:
    """One learner for each word; a letter is an answer to the skill of that name, right if upper case."""
    rows = [
        (str(number), [letter.lower()], None, letter.isupper(), np.nan)
        for number, word in enumerate(learners)
        for letter in word
    ]
    return build_answer_log(rows, tuple(skills))


NASTY = {
    "empty": simple_log(),
    "one answer": simple_log("a"),
    "never wrong": simple_log("AAA", "AA", "A"),
    "never right": simple_log(*["aaa"] * 12),
    "no known skill": build_answer_log([("x", [], None, True, np.nan), ("x", [], "i", False, np.nan)], ("a",)),
    "no skills at all": build_answer_log([("x", [], None, True, np.nan)] * 3, ()),
}
