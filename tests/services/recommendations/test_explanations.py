"""The reasons of a recommendation, on a course of four points."""

import numpy as np

from services.courses.served import get_prerequisite_path
from services.recommendations.explanations import LevelEstimate, explain_resource
from tests.services.little_arrays import ADJECTIVES, little_served

LEVEL = np.array([0.9, 0.3, 0.0, 0.1], dtype=np.float32)


def test_it_says_what_is_met_what_is_raised_and_where_it_leads():
    served = little_served()
    why = explain_resource(served, get_prerequisite_path(served, (ADJECTIVES,)), LevelEstimate(LEVEL), 1, (0.21, 0.6))
    assert [(point.id, point.level, point.needed) for point in why.prerequisites] == [("nouns", 0.9, 0.6)]
    assert [(point.id, point.level, point.needed) for point in why.teaches] == [("articles", 0.3, 0.8)]
    assert [point.id for point in why.opens] == ["articles", "adjectives"]
    assert why.text == "You know Nouns (90%); it raises Articles (now 30%), +0.21 expected; it leads to Adjectives."


def test_the_chain_starts_at_the_taught_point_that_lies_on_the_way():
    served = little_served()
    why = explain_resource(served, get_prerequisite_path(served, (ADJECTIVES,)), LevelEstimate(LEVEL), 3, (0.1, 0.5))
    assert [point.id for point in why.teaches] == ["plurals", "articles"]
    assert [point.id for point in why.opens] == ["articles", "adjectives"]


def test_without_prerequisites_it_says_so():
    served = little_served()
    why = explain_resource(served, get_prerequisite_path(served, ()), LevelEstimate(LEVEL), 0, (0.1, 0.5))
    assert why.prerequisites == []
    assert why.text.startswith("It needs nothing before it; it raises Nouns")


def test_uncertainty_is_shown_where_something_is_known():
    served = little_served()
    known = LevelEstimate(LEVEL, np.array([0.05, 0.1, 0.0, 0.0], dtype=np.float32))
    why = explain_resource(served, get_prerequisite_path(served, (ADJECTIVES,)), known, 1, (0.21, 0.6))
    assert why.text.startswith("You know Nouns (90% ± 5); it raises Articles (now 30% ± 10)")
    assert why.prerequisites[0].uncertainty == 0.05
