"""The English course is sound, and its checker notices when it is not."""

from dataclasses import replace

import pytest

from examples import check_english
from graph.formats import registry


@pytest.fixture(scope="module")
def english():
    return registry.read_course_files(check_english.FOLDER).course


def test_the_course_is_sound(capsys):
    assert check_english.main() == 0, capsys.readouterr().out


def changed(rows: tuple, place: int, **values) -> tuple:
    return (*rows[:place], replace(rows[place], **values), *rows[place + 1 :])


@pytest.mark.parametrize(
    ("part", "spoil", "told"),
    [
        (check_english.enough, lambda c: {"points": c.points[:100]}, "points: 100, and at least 150"),
        (check_english.points, lambda c: {"items": c.items[:3]}, "needs 3 and 2"),
        (
            check_english.enough,
            lambda c: {"teaches": tuple(e for e in c.teaches if e.role != "peripheral")},
            "only the roles",
        ),
        (
            check_english.enough,
            lambda c: {"resources": tuple(replace(r, kind="lesson") for r in c.resources)},
            "only the kinds ['lesson']",
        ),
        (
            check_english.points,
            lambda c: {"resources": tuple(replace(r, kind="test") for r in c.resources)},
            "has no lesson",
        ),
        (
            check_english.twice,
            lambda c: {"resources": changed(c.resources, 7, title=c.resources[3].title.upper())},
            "has the title of",
        ),
        (check_english.texts, lambda c: {"resources": changed(c.resources, 7, text="Short.")}, "fewer than 25 words"),
        (check_english.points, lambda c: {"prerequisites": changed(c.prerequisites, 0, reason=None)}, "has no reason"),
        (
            check_english.check,
            lambda c: {"items": changed(c.items, 0, prompt="She here.")},
            "neither a gap ___ nor a question",
        ),
        (check_english.twice, lambda c: {"items": changed(c.items, 0, prompt=c.items[1].prompt)}, "has the prompt of"),
        (
            check_english.check,
            lambda c: {"items": changed(c.items, 0, distractors=("A", "a", "b"))},
            "differ only in case or spacing",
        ),
        (check_english.points, lambda c: {"points": changed(c.points, 0, level="C1")}, "needs a level"),
    ],
)
def test_what_is_spoiled_is_told(english, part, spoil, told):
    found = list(part(replace(english, **spoil(english))))
    assert any(told in problem for problem in found), found[:5]


def test_a_link_that_runs_ahead_is_told(english):
    edge = english.prerequisites[0]
    lesson = next(link for link in english.teaches if link.role == "primary" and link.point == edge.before)
    ahead = replace(lesson, point=edge.after, role="supporting", importance=0.6)
    problems = list(check_english.links(replace(english, teaches=(*english.teaches, ahead))))
    assert problems == [f"{ahead.id}: comes after the resource's main point {edge.before}"]


def test_a_bad_folder_ends_with_one(tmp_path, capsys):
    assert check_english.main(tmp_path) == 1
    assert "course.json: is missing" in capsys.readouterr().out
