"""Each kind of bad input is named, counted and survived."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.learners.log_files import RawAnswer
from models.arrays import NO_INDEX
from models.knowledge_tracing.cleaning import AnswerScale, clean_answers

NAN = math.nan


def one(findings, kind):
    (found,) = [found for found in findings if found.kind == kind]
    return found


def test_a_good_log_is_kept_as_it_is():
    rows = [RawAnswer("ann", ("b", "a"), 1.0, "q", 1.0), RawAnswer("ann", ("a",), 0.0, None, 2.0)]
    log, report = clean_answers([*rows, RawAnswer("bob", ("a",), 1.0), RawAnswer("bob", ("b",), 0.0, None, 4.0)])
    assert log.learners == ("ann", "bob") and log.skills == ("a", "b") and log.items == ("q",)
    assert log.skill.tolist() == [[1, 0], [0, NO_INDEX], [0, NO_INDEX], [1, NO_INDEX]]
    assert log.right.tolist() == [True, False, True, False]
    assert log.days.tolist() == [1, 2, 4, 4]
    assert (report.rows, report.kept, report.learners, report.skills) == (4, 4, 2, 2)
    assert [found.kind for found in report.findings] == ["time missing or unreadable"]


def test_unknown_skills_go_and_rows_of_nothing_else():
    rows = [RawAnswer("ann", ("a", "x"), 1.0), RawAnswer("ann", ("y",), 0.0), RawAnswer("ann", ("a",), 0.0)]
    log, report = clean_answers(rows, known=("b", "a"))
    assert log.skills == ("b", "a")
    assert log.skill.tolist() == [[1], [1]]
    assert one(report.findings, "unknown skill").examples == ("row 1 x", "row 2 y")
    assert report.count("row of unknown skills alone") == 1


def test_answers_outside_an_undeclared_scale_are_dropped():
    rows = [RawAnswer("ann", ("a",), value) for value in (0.0, 1.0, 0.5, 2.0, -1.0, NAN)]
    log, report = clean_answers(rows)
    assert log.right.tolist() == [False, True]
    assert one(report.findings, "answer outside {0, 1}").examples == ("row 3", "row 4", "row 5", "row 6")


def test_a_declared_scale_has_its_own_threshold():
    rows = [RawAnswer("ann", ("a",), value) for value in (0.0, 49.0, 50.0, 100.0, 101.0, NAN)]
    log, report = clean_answers(rows, scale=AnswerScale(0, 100, right_from=50))
    assert log.right.tolist() == [False, False, True, True]
    assert report.count("answer outside [0, 100]") == 2


def test_times_out_of_order_are_sorted_within_the_learner():
    rows = [RawAnswer("ann", (name,), 1.0, None, day) for name, day in (("c", 3.0), ("a", 1.0), ("b", 2.0))]
    log, report = clean_answers([*rows, RawAnswer("bob", ("a",), 0.0, None, 0.0)])
    assert [log.skills[skill] for skill in log.skill[:, 0]] == ["a", "b", "c", "a"]
    assert log.learners == ("ann", "bob")
    assert one(report.findings, "time out of order").examples == ("row 2", "row 3")


def test_an_order_sorts_where_there_is_no_clock():
    log, report = clean_answers([RawAnswer("ann", (name,), 1.0, order=place) for name, place in (("b", 2), ("a", 1))])
    assert log.skill[:, 0].tolist() == [0, 1]
    assert np.isnan(log.days).all()
    assert report.count("time out of order") == 1


def test_a_duplicate_needs_a_time_or_an_order_to_be_one():
    tried = RawAnswer("ann", ("a",), 1.0, "q")
    timed = RawAnswer("ann", ("a",), 1.0, "q", 5.0)
    log, report = clean_answers([tried, tried])
    assert len(log.right) == 2 and report.count("duplicate row") == 0
    log, report = clean_answers([timed, timed, RawAnswer("ann", ("a",), 0.0, "q", 5.0)])
    assert len(log.right) == 2 and report.count("duplicate row") == 1


def test_a_missing_time_is_that_of_the_answer_beside_it():
    log, report = clean_answers([RawAnswer("ann", ("a",), 1.0, None, day) for day in (NAN, 2.0, None, 1.0)])
    assert log.days.tolist() == [1.0, 1.0, 2.0, 2.0]
    assert report.count("time missing or unreadable") == 2


def test_what_a_fit_can_say_little_of_is_named():
    rows = [RawAnswer("ann", ("a",), 1.0), RawAnswer("bob", ("a",), 1.0), RawAnswer("bob", ("b",), 0.0)]
    _, report = clean_answers([*rows, RawAnswer("bob", ("c",), 0.0), RawAnswer("bob", ("c",), 1.0)], known="abcd")
    assert one(report.findings, "one-answer learner").examples == ("ann",)
    assert one(report.findings, "skill never wrong").examples == ("a",)
    assert one(report.findings, "skill never right").examples == ("b",)


def test_the_report_reads_as_text():
    _, report = clean_answers(
        [RawAnswer("", ("a",), 1.0)] * 7 + [RawAnswer("ann", (), 1.0), RawAnswer("ann", ("a",), 1.0)]
    )
    lines = str(report).splitlines()
    assert lines[0] == "1 of 9 rows kept: 1 learners, 1 skills"
    assert lines[1] == "  7 × row without learner: dropped (row 1, row 2, row 3, row 4, row 5, …)"
    assert lines[2] == "  1 × row without skill: dropped (row 8)"


def test_an_empty_log():
    log, report = clean_answers([])
    assert len(log.right) == 0 and log.learners == () and report.findings == ()


ANY = st.builds(
    RawAnswer,
    learner=st.sampled_from(["", "ann", "bob"]),
    skills=st.lists(st.sampled_from("abx"), max_size=2, unique=True).map(tuple),
    right=st.sampled_from([0.0, 1.0, 0.5, NAN]),
    item=st.none() | st.just("q"),
    days=st.none() | st.sampled_from([NAN, 1.0, 2.0, 3.0]),
    order=st.none() | st.sampled_from([NAN, 1.0]),
)


@given(st.lists(ANY, max_size=12), st.booleans())
def test_whatever_comes_a_log_comes_out(rows, closed):
    log, report = clean_answers(rows, known=("a", "b") if closed else None)
    assert report.kept == len(log.right) == log.starts[-1]
    assert (log.lengths > 0).all()
    for start, end in zip(log.starts[:-1], log.starts[1:], strict=True):
        mine = log.days[start:end]
        assert np.isnan(mine).all() or not np.isnan(mine).any()
