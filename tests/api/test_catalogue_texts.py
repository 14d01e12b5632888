"""A course's texts and traits, from rows that the database gave."""

import pytest

from api.catalogue_texts import catalogue_of
from api.course_arrays import course_of
from graph import catalogue
from graph.catalogue import CourseRows
from graph.course import Course, Point, Resource, Teaches
from tests.api import little

TALES = Course(
    id="tales",
    title="Märchen",
    settings={"language": "de"},
    points=(
        Point("tales/past", "Präteritum", description="Es war einmal …", level="A2"),
        Point("tales/article", "Artikel", level="A1"),
    ),
    prerequisites=(),
    resources=(
        Resource("tales/r/wolf", "Der Wolf", "reading", "text", 9.0, level="A2"),
        Resource("tales/r/film", "A film", "video", "video", 5.0, language="en"),
    ),
    teaches=(
        Teaches("tales/r/wolf", "tales/article", "peripheral", 0.4),
        Teaches("tales/r/wolf", "tales/past", "primary", 1.0),
        Teaches("tales/r/film", "tales/article", "primary", 1.0),
    ),
    items=(),
)


@pytest.mark.database
async def test_texts_and_traits_of_a_course(graph):
    await little.load(graph, TALES)
    rows = await catalogue.course(graph, "tales")
    found = catalogue_of(rows)
    assert found.items == ("tales/r/film", "tales/r/wolf") == tuple(course_of(rows).resource_ids)
    assert found.texts == ("A film\nArtikel.", "Der Wolf\nPräteritum. Es war einmal …\nArtikel.")
    film = {"kind:video", "modality:video", "language:en", "point:tales/article"}
    wolf = {"kind:reading", "modality:text", "language:de", "level:A2", "point:tales/past", "point:tales/article"}
    assert found.traits == (film, wolf)
    assert found.codes("level")[1].tolist() == [-1, 0]


@pytest.mark.database
async def test_the_little_course_has_all_its_resources(graph):
    await little.load(graph)
    found = catalogue_of(await catalogue.course(graph, "little"))
    assert len(found.items) == len(found.texts) == len(found.traits) == 40
    assert found.texts[found.items.index("little/r/nouns-test-1")] == "Nouns: test 1\nNouns."


def test_an_empty_course_has_no_texts():
    assert catalogue_of(CourseRows("x", "X", {}, 0, [], [], [], [], [], [], [])).items == ()
