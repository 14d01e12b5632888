"""Advice: what is lacking is named, and nothing is taken that was not measured to teach as well."""

from dataclasses import replace

import pytest

from models.evaluation.advice import (
    FAMILY_NEEDS,
    CourseDataSummary,
    OfflineMeasurement,
    advise_strategy,
    find_lacking_data,
)
from models.policies.strategies import STRATEGIES

RICH = CourseDataSummary(
    points=100,
    prerequisites=200,
    resources=300,
    described=300,
    learners=900,
    known_learners=500,
    known_items=250,
    interactions=50_000,
    density=0.18,
    right=0.7,
    own=0.6,
    answered=20_000,
    days=200.0,
)
POOR = replace(RICH, learners=3, known_learners=1, known_items=0, interactions=12, answered=0, right=None, own=1.0)
NAMES = [(name, entry.family) for name, entry in STRATEGIES.items()]


def test_every_family_says_what_it_needs():
    assert {family for _, family in NAMES} <= set(FAMILY_NEEDS)


def test_a_course_without_learners_is_taught_by_its_graph():
    advice = advise_strategy(NAMES, POOR, "full", {}, {}, "needed")
    ready = {row.family for row in advice.rows if not row.lacking}
    assert ready == {"reference", "sequencing", "course graph", "reinforcement"} and advice.strategy == "needed"
    als = next(row for row in advice.rows if row.strategy == "als")
    assert als.lacking == ("12 of 1,000 interactions", "1 of 50 known learners", "0 of 30 known items")


def test_nobody_to_look_after_it_leaves_the_simple_families():
    assert find_lacking_data(FAMILY_NEEDS["sequence"], RICH, "none") == ("somebody who looks after it (TEAM)",)
    assert find_lacking_data(FAMILY_NEEDS["hybrid"], RICH, "some") == ()
    assert find_lacking_data(FAMILY_NEEDS["content"], replace(RICH, described=30), "none") == (
        "10% of 80% resources described",
    )


@pytest.mark.parametrize(
    ("offline", "ep", "taken"),
    [
        ({}, {"needed": 0.55, "hybrid": 0.55}, "needed"),
        ({"hybrid": OfflineMeasurement(0.3, 0.05, 0.01, 0.09)}, {"needed": 0.55, "hybrid": 0.545}, "hybrid"),
        ({"hybrid": OfflineMeasurement(0.3, 0.05, -0.01, 0.09)}, {"needed": 0.55, "hybrid": 0.55}, "needed"),
        ({"hybrid": OfflineMeasurement(0.3, 0.05, 0.01, 0.09)}, {"needed": 0.55, "hybrid": 0.50}, "needed"),
        ({"hybrid": OfflineMeasurement(0.3, 0.05, 0.01, 0.09)}, {"needed": 0.55}, "needed"),
        (
            {"hybrid": OfflineMeasurement(0.3, 0.05, 0.01, 0.09), "sasrec": OfflineMeasurement(0.35, 0.05, 0.02, 0.08)},
            {"needed": 0.55, "hybrid": 0.55, "sasrec": 0.56},
            "sasrec",
        ),
    ],
)
def test_a_ranker_serves_only_where_it_is_better_and_teaches_as_well(offline, ep, taken):
    advice = advise_strategy(NAMES, RICH, "full", offline, ep, "needed")
    assert advice.strategy == taken and (taken == "needed" or taken in {row.strategy for row in advice.rows})
    if taken == "needed" and "hybrid" in offline and offline["hybrid"].low > 0:
        assert "not shown to teach as well" in advice.why


def test_what_the_data_cannot_carry_is_not_taken_whatever_was_measured():
    offline = {"sasrec": OfflineMeasurement(0.9, 0.5, 0.4, 0.6)}
    few = replace(RICH, interactions=5000)
    assert advise_strategy(NAMES, few, "full", offline, {"needed": 0.5, "sasrec": 0.6}, "needed").strategy == "needed"
    labels = [each.labels for each in (few, replace(few, right=0.99), POOR)]
    assert labels == ["telling", "nearly all the same", "none"]
