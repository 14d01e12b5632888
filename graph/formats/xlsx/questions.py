"""Read the sheet of questions that teachers keep beside their topics: one row a question.

The columns have headings such as Topic, Question, A, B, C, D, Correct; a sheet with a heading Question is one of
questions and never of topics. A topic is named or given by its id. The answer is an option's letter, its number or its
text; without options, true and false or yes and no are the other's only wrong answer.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from graph.courses.records import FileLocation
from graph.courses.tables import RawRow
from graph.formats.xlsx.cells import Worksheet
from graph.formats.xlsx.headings import SheetBelowHeadings, find_headings, has_heading, normalize_text

HEADINGS = {
    "question": ("question", "questions", "question text", "prompt"),
    "topic": ("topic", "topics", "point", "points", "knowledge point", "skill", "concept", "objective"),
    "id": ("id", "code"),
    "answer": ("answer", "correct", "correct answer", "right answer", "right", "solution"),
    "options": ("options", "option", "choices", "answers"),
    "wrong": ("wrong answers", "wrong answer", "wrong", "distractors", "distractor"),
    "difficulty": ("difficulty",),
}
"""What a column of a question sheet is for, and how its heading may be written; A to H are options."""

LETTERS = "abcdefgh"
_OPTION_HEADING = re.compile(r"(?:option |answer |choice )?([a-h]|[1-8])")
_LETTER_BEFORE = re.compile(r"^\(?([A-Ha-h]|[1-8])[.):]\s+")
_PAIRS = (("true", "false"), ("yes", "no"))
DIFFICULTY_WORDS = {"easy": "-1", "medium": "0", "normal": "0", "hard": "1", "difficult": "1"}
"""What the column Difficulty may say beside a number from −6 to 6."""


def is_question_sheet(grid: Worksheet) -> bool:
    """Return whether a sheet has a heading for the question."""
    return has_heading(grid, HEADINGS["question"])


def find_question_headings(grid: Worksheet) -> SheetBelowHeadings | None:
    """Return the sheet below its headings. Raises `ValueError` where these are missing or twice."""
    return find_headings(grid, HEADINGS, ("question", "topic"), _option_meaning)


def _option_meaning(heading: str) -> str | None:
    match = _OPTION_HEADING.fullmatch(heading)
    if match is None:
        return None
    return f"option {LETTERS[int(match[1]) - 1] if match[1].isdigit() else match[1]}"


def parse_question(at: FileLocation, course: str, values: dict[str, str], points: list[str]) -> RawRow:
    """Return the row of an item that assesses `points`, ids of the course. Raises `ValueError` with advice."""
    prompt = normalize_text(values.get("question", ""))
    if not prompt:
        raise ValueError("has no question; write it, or leave the row empty")
    answer, wrong = _parse_answer(values)
    key = sha256(f"{points[0]}\n{prompt}".encode()).hexdigest()[:8]
    own = values.get("id", "")
    id = own if "/" in own else f"{course}/q/{own or points[0].removeprefix(f'{course}/') + '-' + key}"
    found = {"id": id, "prompt": prompt, "answer": answer, "distractors": wrong, "points": points}
    difficulty = values.get("difficulty", "").strip().casefold()
    return RawRow(at, found | {"difficulty": DIFFICULTY_WORDS.get(difficulty, difficulty.replace(",", "."))})


def _parse_answer(values: dict[str, str]) -> tuple[str, list[str]]:
    """Return the right answer and the wrong ones."""
    answer = normalize_text(values.get("answer", ""))
    if not answer:
        raise ValueError("has no answer; write the right option's letter or text below Answer or Correct")
    wrong = [_strip_letter(part) for part in _split_cell(values.get("wrong", ""))]
    options = dict(_list_options(values))
    if options:
        right = _find_option(answer, options)
        return options[right], [text for letter, text in options.items() if letter != right] + wrong
    if wrong:
        return answer, wrong
    for pair in _PAIRS:
        if answer.casefold() in pair:
            other = pair[1 - pair.index(answer.casefold())]
            return answer.capitalize(), [other.capitalize()]
    raise ValueError("has no wrong answer; write the options below A, B, C, D or below Options")


def _list_options(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield letter and text of each option, of the columns A, B, … or of the cell Options."""
    parts = [_strip_letter(part) for part in _split_cell(values.get("options", ""))]
    if parts:
        yield from zip(LETTERS, parts, strict=False)
        return
    for letter in LETTERS:
        text = normalize_text(values.get(f"option {letter}", ""))
        if text:
            yield letter, text


def _find_option(answer: str, options: dict[str, str]) -> str:
    """Return the letter of the option that an answer names, by its text first."""
    for letter, text in options.items():
        if text.casefold() == answer.casefold():
            return letter
    short = re.sub(r"\W", "", answer).casefold()
    place = LETTERS[int(short) - 1] if short.isdigit() and 0 < int(short) <= len(LETTERS) else short
    if place in options:
        return place
    stripped = _strip_letter(answer).casefold()
    for letter, text in options.items():
        if text.casefold() == stripped:
            return letter
    said = ", ".join(f"{letter.upper()} {text[:30]!r}" for letter, text in options.items())
    raise ValueError(f"has the answer {answer[:40]!r}, which is none of its options ({said}); write a letter or a text")


def _split_cell(cell: str) -> list[str]:
    """Return the parts of a cell, at line breaks, | or ;, else at commas."""
    parts = re.split(r"[\n|;]", cell)
    parts = cell.split(",") if len(parts) == 1 else parts
    return [part for part in map(normalize_text, parts) if part]


def _strip_letter(text: str) -> str:
    return _LETTER_BEFORE.sub("", text)
