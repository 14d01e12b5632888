"""Questions beside topics, as teachers keep them: options as columns or in a cell, true and false."""

import pytest

from graph.courses.validation import GraphContext, find_problems
from graph.formats import registry
from graph.lint.linter import lint_files
from tests.graph.formats.xlsx.test_reader import book

TOPICS = [
    ["Topic", "Prerequisites", "Link"],
    ["Needs and wants", None, "Video: https://a.org/v"],
    ["Making a budget", "Needs and wants", "The whole story: https://a.org/b"],
]
HEADINGS = ["Topic", "Question", "A", "B", "C", "D", "Correct", "Difficulty"]


def read(tmp_path, *rows, headings=HEADINGS):
    return registry.read_course_files(book(tmp_path / "Money.xlsx", Topics=TOPICS, Quiz=[["Quiz"], headings, *rows]))


def test_options_are_columns_and_the_answer_a_letter_a_number_or_a_text(tmp_path):
    parsed = read(
        tmp_path,
        ["Needs and wants", "Which is a need?", "Water", "A film", "A car", None, "A", "easy"],
        ["needs and Wants", "Which is a want?", "Water", "A film", None, None, "a film", 0.5],
        ["money/making-a-budget; Needs and wants", "What comes first?", "1", "2", "3", "4", "3", None],
        ["Making a budget", "How often?", "Daily", "Monthly", "Never", None, 2, "hard"],
    )
    assert (
        parsed.problems == []
        and find_problems(parsed, GraphContext()) == []
        and parsed.notes == [note for note in parsed.notes if "15 minutes" in str(note)]
    )
    assert [point.name for point in parsed.course.points] == ["Needs and wants", "Making a budget"]
    items = {item.prompt: item for item in parsed.course.items}
    need = items["Which is a need?"]
    assert (need.answer, need.distractors, need.difficulty) == ("Water", ("A film", "A car"), -1)
    assert need.points == ("money/needs-and-wants",) and need.id.startswith("money/q/needs-and-wants-")
    assert need.guessing == pytest.approx(1 / 3)
    assert (items["Which is a want?"].answer, items["Which is a want?"].difficulty) == ("A film", 0.5)
    assert items["What comes first?"].points == ("money/making-a-budget", "money/needs-and-wants")
    assert items["What comes first?"].answer == "3" and items["How often?"].answer == "Monthly"
    assert parsed.unstated == {"settings"}


def test_options_in_one_cell_and_true_or_false_pass_import_and_lint(tmp_path):
    parsed = read(
        tmp_path,
        ["Needs and wants", "Pick one", "A) Water\nB) A film", "B"],
        ["Needs and wants", "Water is a need.", None, True],
        ["Making a budget", "Is it yearly?", None, "no"],
        headings=["Topic", "Question", "Options", "Answer"],
    )
    assert parsed.problems == [] and find_problems(parsed, GraphContext()) == []
    items = {item.prompt: (item.answer, item.distractors) for item in parsed.course.items}
    assert items == {
        "Pick one": ("A film", ("Water",)),
        "Water is a need.": ("True", ("False",)),
        "Is it yearly?": ("No", ("Yes",)),
    }
    assert [found for found in lint_files(parsed) if found.check == "items_without_answers"] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["Wants", "Q?", "1", "2", None, None, "A"], "Money.xlsx, sheet Quiz:3: Q?: there is no topic 'Wants'"),
        ([None, "Q?", "1", "2", None, None, "A"], "has no topic; write the name or the id of one"),
        (["Needs and wants", None, "1", "2", None, None, "A"], "has no question"),
        (["Needs and wants", "Q?", "1", "2", None, None, None], "has no answer; write the right option's letter"),
        (["Needs and wants", "Q?", "1", "2", None, None, "C"], "has the answer 'C', which is none of its options"),
        (["Needs and wants", "Q?", None, None, None, None, "1"], "has no wrong answer; write the options below A, B"),
    ],
)
def test_what_is_wrong_with_a_question_is_told_with_sheet_and_row(tmp_path, row, said):
    [problem] = read(tmp_path, row).problems
    assert said in str(problem) and ", sheet Quiz:3: " in str(problem)


def test_a_question_twice_and_a_sheet_without_topics(tmp_path):
    row = ["Needs and wants", "Q?", "1", "2", None, None, "A"]
    [problem] = read(tmp_path, row, row).problems
    assert str(problem).endswith("is the question at Money.xlsx, sheet Quiz:3 again; keep one")
    path = book(tmp_path / "Quiz.xlsx", Quiz=[HEADINGS, row])
    [problem] = registry.read_course_files(path).problems
    assert "holds no topics" in str(problem) and "with a column Question" in str(problem)


def test_ids_stay_when_rows_and_options_change(tmp_path):
    rows = [["Needs and wants", f"Q{n}?", "1", "2", None, None, "A"] for n in range(3)]
    before = {item.prompt: item.id for item in read(tmp_path, *rows).course.items}
    rows = [[*row[:2], "x", "1", None, None, "B"] for row in reversed(rows)]
    assert {item.prompt: item.id for item in read(tmp_path, *rows).course.items} == before


def test_one_word_titles_are_told_apart_and_missing_minutes_only_where_they_are(tmp_path):
    parsed = read(tmp_path)
    assert [one.title for one in parsed.course.resources] == ["Needs and wants: Video", "The whole story"]
    rows = [["Topic", "Link", "Minutes"], ["A", "https://a.org/1", 15], ["B", None, None]]
    parsed = registry.read_course_files(book(tmp_path / "Timed.xlsx", Plan=rows))
    assert not [note for note in parsed.notes if "15 minutes" in str(note)]
