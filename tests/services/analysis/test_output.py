"""What a picture says: names, units, on how much a row rests, and how many of the rows it shows."""

import pytest

from graph.analysis.ad_hoc import QueryResult
from graph.errors import Invalid
from services.analysis.output import PlotSpec, parse_plot, plot_answer

POINTS = QueryResult(
    ("point", "name", "share", "low", "high", "learners"),
    [(f"org/course/a-long-id-{n}", f"Name {n}", n / 300, 0.0, 1.0, n) for n in range(213)],
)


def said(answer, plot, path, limit=None):
    """All text of the picture: matplotlib writes each as a comment beside its shapes."""
    plot_answer(answer, parse_plot(plot), "Points", path / "x.svg", limit)
    return (path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["bar", "interval"])
def test_a_part_of_the_rows_is_told_with_names_units_and_n(tmp_path, kind):
    plot = f"{kind} x=point y=share low=low high=high label=name n=learners unit=of_the_team of=points"
    text = said(POINTS, plot, tmp_path, 20)
    assert "<!-- 20 of 213 points; n: learners -->" in text and "<!-- share (of the team) -->" in text
    assert "<!-- Name 19  n 19 -->" in text and "Name 20 " not in text and "a-long-id" not in text


def test_a_histogram_draws_all_rows_and_says_what_is_missing(tmp_path):
    rows = [(n, None if n % 10 == 0 else float(n)) for n in range(100)]
    text = said(QueryResult(("learner", "days"), rows), "histogram x=days of=learners", tmp_path, 20)
    assert "<!-- 90 of 100 learners; 10 without days -->" in text


def test_all_rows_are_told_as_such(tmp_path):
    assert "<!-- 213 points -->" in said(POINTS, "bar x=point y=share of=points", tmp_path, 500)


def test_more_than_was_read_is_told(tmp_path):
    cut = QueryResult(POINTS.columns, POINTS.rows, is_truncated=True)
    assert "<!-- 20 of more than 213 points -->" in said(cut, "bar x=point y=share of=points", tmp_path, 20)


def test_panels_have_the_names_of_their_values(tmp_path):
    rows = [(measure, arm, 1.0, 0.5, None) for measure in ("reward", "minutes") for arm in ("old 1", "new 2")]
    text = said(
        QueryResult(("measure", "arm", "mean", "low", "high"), rows),
        "interval x=arm y=mean low=low high=high panel=measure",
        tmp_path,
    )
    assert all(f"<!-- {word} -->" in text for word in ("reward", "minutes", "old 1", "new 2"))


def test_a_plot_is_read_from_its_header():
    assert parse_plot("bar x=a y=b unit=right_answers of=weeks") == PlotSpec(
        "bar", {"x": "a", "y": "b"}, "right answers", "weeks"
    )
    with pytest.raises(Invalid, match="'pie' cannot be drawn"):
        parse_plot("pie x=a")
