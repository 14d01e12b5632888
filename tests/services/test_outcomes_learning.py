"""One outcome through the learner model, with numbers worked by hand."""

from datetime import UTC, datetime

import pytest

from graph.learners.practice import Outcome, Practice, PracticePoint
from models.knowledge_tracing.state import Rates
from services.outcomes import apply_outcome_by_gain

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def practice(right, influence):
    points = [PracticePoint("a", 1.0, 0.4, 0.2, 1, 0.0), PracticePoint("b", 0.0, 0.5, 0.2, 1, 0.0)]
    return Practice(Outcome("o", "ana", right, NOW, resource="r"), "x", points, influence)


def test_a_right_answer_raises_the_point_and_a_little_what_it_influences():
    """Δa = 0.35 · 0.6 = 0.21; Δb = 0.1 · 0.5 · 0.21 = 0.0105."""
    learned = apply_outcome_by_gain(practice(True, [("a", "b", 0.5)]), Rates())
    assert {change.point: change.level for change in learned.changes} == pytest.approx({"a": 0.61, "b": 0.5105})
    assert learned.reward == pytest.approx(0.21)


def test_a_wrong_answer_lowers_and_what_nothing_reaches_is_left_out():
    """Δa = −0.25 · 0.4 = −0.1."""
    learned = apply_outcome_by_gain(practice(False, []), Rates())
    assert [change.point for change in learned.changes] == ["a"]
    assert learned.changes[0].level == pytest.approx(0.3)
    assert learned.changes[0].sd < 0.2
