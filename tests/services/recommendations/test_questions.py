"""Questions of a recommendation: which ones come, in what order, and what counts as the right answer."""

from types import SimpleNamespace

import numpy as np
import pytest

from graph.errors import Invalid
from services.courses.served import DiagnosticItem, PrerequisitePath
from services.recommendations.questions import MAX_QUESTIONS_OF_STEP, choose_questions
from services.schemas import PointName

ITEM = DiagnosticItem("q", "?", "Am ", ("is", "are"), (0,))


@pytest.mark.parametrize(
    ("answer", "right"), [("Am", True), (" am\t", True), ("AM", True), ("is", False), ("ARE", False), ("", False)]
)
def test_spaces_and_case_do_not_count(answer, right):
    assert ITEM.is_right(answer) is right


def test_case_counts_where_options_differ_by_it_alone():
    item = DiagnosticItem("q", "?", "English", ("english", "Englisch"), (0,))
    assert item.is_right(" English ") and not item.is_right("english") and item.is_right("ENGLISH")


def test_what_is_no_option_is_named():
    with pytest.raises(Invalid, match="'was' is none of the options of 'q'"):
        ITEM.is_right("was")


def served(questions):
    """A course of three points, whose one resource teaches 2 (most, but not before the goal), 1 and 0."""
    return SimpleNamespace(
        course=SimpleNamespace(taught=np.array([[2, 1, 0, 0]]), importance=np.array([[1.0, 0.9, 0.4, 0.0]])),
        points=[PointName(str(n), str(n)) for n in range(3)],
        names=lambda points: [PointName(str(n), str(n)) for n in points],
        questions_of=lambda point: [each for each in questions if point in each.points],
    )


def test_the_main_point_comes_first_and_five_at_most():
    path = PrerequisitePath(np.array([True, True, False]), {})
    counts = {0: 2, 1: 2, 2: 3}
    options = ("b", "c")
    questions = [DiagnosticItem(f"{p}-{n}", "?", "a", options, (p,)) for p, many in counts.items() for n in range(many)]
    both = DiagnosticItem("1-and-0", "?", "a", options, (0, 1))
    chosen = choose_questions(served([*questions, both]), path, 0, "rec-1")
    assert len(chosen) == MAX_QUESTIONS_OF_STEP
    assert {each.id for each in chosen[:3]} == {"1-0", "1-1", "1-and-0"}
    assert {each.id for each in chosen[3:]} == {"0-0", "0-1"}
    assert chosen == choose_questions(served([*questions, both]), path, 0, "rec-1"), "stable"
    orders = {tuple(choose_questions(served(questions), path, 0, f"rec-{n}")[0].options) for n in range(20)}
    assert len(orders) > 1, "mixed"
    assert choose_questions(served([]), path, 0, "rec-1") == []
