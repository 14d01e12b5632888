"""Learners unlike the usual: every rung on every population, and those who learn less reach less."""

import numpy as np

from benchmarks.paths.course_places import (
    POPULATIONS,
    evaluate_populations,
    summarise_populations,
    tabulate_populations,
)
from models.evaluation.simulated import evaluate_recommender
from models.policies.rule_based import make_mastery_sequencing, make_needed_first
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import random_course


def test_every_rung_meets_every_population_and_the_usual_one_is_as_ever():
    course = random_course(3, points=20)
    results = evaluate_populations(
        course, lambda env: [make_mastery_sequencing(course), make_needed_first(course)], seeds=[0, 1], learners=60
    )
    assert list(results) == [(rung, who) for who in POPULATIONS for rung in ("mastery", "needed")]
    usual = evaluate_recommender(LearnerVectorEnv(course, 60), make_needed_first(course), 0)
    assert (results["needed", "usual"].ep[:60] == usual.ep).all()
    for population in ("slower", "careless", "gaming"):
        assert results["needed", population].ep.mean() < results["needed", "usual"].ep.mean(), population

    rows = tabulate_populations(results)
    assert [row["rung"] for row in rows] == ["mastery", "needed"] and list(rows[0]) == ["rung", *POPULATIONS]
    told = summarise_populations("test", results)
    assert told["test.gaming.needed.ep"] == np.float32(results["needed", "gaming"].ep.mean())
    assert len(told) == 2 * len(POPULATIONS) * 3
