"""Rows to arrays: positions, padding, defaults and overrides.

A course's texts and traits, from rows that the database gave.
"""

import numpy as np
import pytest

from graph import catalogue
from graph.catalogue import CourseRows
from graph.courses.records import CourseRecord, PointRecord, ResourceRecord, TeachesRecord
from services.courses.arrays import build_catalogue, build_course
from tests import little_course

TALES = CourseRecord(
    id="tales",
    title="Märchen",
    settings={"language": "de"},
    points=(
        PointRecord("tales/past", "Präteritum", description="Es war einmal …", level="A2"),
        PointRecord("tales/article", "Artikel", level="A1"),
    ),
    prerequisites=(),
    resources=(
        ResourceRecord("tales/r/wolf", "Der Wolf", "reading", "text", 9.0, level="A2"),
        ResourceRecord("tales/r/film", "A film", "video", "video", 5.0, language="en"),
    ),
    teaches=(
        TeachesRecord("tales/r/wolf", "tales/article", "peripheral", 0.4),
        TeachesRecord("tales/r/wolf", "tales/past", "primary", 1.0),
        TeachesRecord("tales/r/film", "tales/article", "primary", 1.0),
    ),
    items=(),
)


@pytest.mark.database
async def test_texts_and_traits_of_a_course(graph):
    await little_course.load(graph, TALES)
    rows = await catalogue.read_course_rows(graph, "tales")
    found = build_catalogue(rows)
    assert found.items == ("tales/r/film", "tales/r/wolf") == tuple(build_course(rows).resource_ids)
    assert found.texts == ("A film\nArtikel.", "Der Wolf\nPräteritum. Es war einmal …\nArtikel.")
    film = {"kind:video", "modality:video", "language:en", "point:tales/article"}
    wolf = {"kind:reading", "modality:text", "language:de", "level:A2", "point:tales/past", "point:tales/article"}
    assert found.traits == (film, wolf)
    assert found.codes("level")[1].tolist() == [-1, 0]


@pytest.mark.database
async def test_the_little_course_has_all_its_resources(graph):
    await little_course.load(graph)
    found = build_catalogue(await catalogue.read_course_rows(graph, "little"))
    assert len(found.items) == len(found.texts) == len(found.traits) == 40
    assert found.texts[found.items.index("little/r/nouns-test-1")] == "Nouns: test 1\nNouns."


def test_an_empty_course_has_no_texts():
    assert build_catalogue(CourseRows("x", "X", {}, 0, [], [], [], [], [], [], [])).items == ()


POINTS = [
    {"id": "a", "mastered_at": None, "met_at": 0.5},
    {"id": "b", "mastered_at": 0.9, "met_at": None},
    {"id": "c", "mastered_at": None, "met_at": None},
]
RESOURCES = [
    {"id": "r1", "kind": "video", "modality": "audio", "difficulty": None, "minutes": 5},
    {"id": "r2", "kind": "lesson", "modality": "text", "difficulty": 1.5, "minutes": 8},
]


def rows(**settings):
    return CourseRows(
        id="x",
        title="X",
        settings=settings,
        revision=1,
        included=["a", "b", "c"],
        points=POINTS,
        prerequisites=[{"before": "a", "after": "b"}, {"before": "elsewhere", "after": "b"}],
        related=[{"a": "a", "b": "c", "weight": 0.4}],
        resources=RESOURCES,
        teaches=[
            {"resource": "r2", "point": "b", "importance": 0.6},
            {"resource": "r1", "point": "a", "importance": 1.0},
            {"resource": "r2", "point": "c", "importance": 1.0},
        ],
        items=[],
    )


def test_every_row_lands_at_its_place():
    course = build_course(rows())
    assert course.prerequisites.tolist() == [[0, 1]]
    assert course.related.tolist() == [[0, 2]]
    assert course.taught.tolist() == [[0, 0], [2, 1]]
    assert np.allclose(course.importance, [[1, 0], [1, 0.6]])
    assert np.allclose(course.mastered, [0.8, 0.9, 0.8])
    assert np.allclose(course.met, [0.5, 0.6, 0.6])
    assert course.difficulty.tolist() == [0.0, 1.5]
    assert (course.kind.tolist(), course.modality.tolist()) == ([3, 0], [1, 0])


def test_settings_of_the_course_override_the_profile():
    course = build_course(rows(profile="paper", gainRight=0.5, repeatAfterDays=3, masteredAt=0.7))
    assert (course.rates.gain_right, course.rates.propagation, course.rates.compression) == (0.5, 1.0, "sigmoid")
    assert course.thresholds.repeat_after_days == 3
    assert np.allclose(course.mastered, [0.7, 0.9, 0.7])


def test_an_empty_course_is_a_course():
    course = build_course(CourseRows("x", "X", {}, 0, [], [], [], [], [], [], []))
    assert (course.points, course.resources) == (0, 0)
    assert course.closure(np.array([], dtype=int)).shape == (0,)
