"""Learners unlike the usual: every rung on every population, and those who learn less reach less."""

import numpy as np

from benchmarks.paths_unlike import UNLIKE, figures, table, unlike
from models.environment import LearnerVectorEnv
from models.evaluation import evaluate
from models.ladder import mastery_sequencing, needed_first
from tests.models.courses import random_course


def test_every_rung_meets_every_population_and_the_usual_one_is_as_ever():
    course = random_course(3, points=20)
    results = unlike(course, lambda env: [mastery_sequencing(course), needed_first(course)], seeds=[0, 1], learners=60)
    assert list(results) == [(rung, who) for who in UNLIKE for rung in ("mastery", "needed")]
    usual = evaluate(LearnerVectorEnv(course, 60), needed_first(course), 0)
    assert (results["needed", "usual"].ep[:60] == usual.ep).all()
    for population in ("slower", "careless", "gaming"):
        assert results["needed", population].ep.mean() < results["needed", "usual"].ep.mean(), population

    rows = table(results)
    assert [row["rung"] for row in rows] == ["mastery", "needed"] and list(rows[0]) == ["rung", *UNLIKE]
    told = figures("test", results)
    assert told["test.gaming.needed.ep"] == np.float32(results["needed", "gaming"].ep.mean())
    assert len(told) == 2 * len(UNLIKE) * 3
