"""The courses as CASE 1.0 frameworks over HTTP: the standard's shapes, its errors, and always the graph as it is."""

import json
from dataclasses import replace

import pytest

from graph.courses.parsing import ParsedCourse
from graph.formats import registry
from graph.formats.case.vocabulary import ASSOCIATION_FIELDS, ITEM_FIELDS, make_guid
from graph.importing import import_course
from graph.revisions import derived
from services.catalogue import case
from services.catalogue.case import DOCUMENT_FIELD_NAMES
from tests.graph.formats.case_packages import DOCUMENT as RATIOS
from tests.graph.formats.case_packages import PACKAGE, write
from tests.graph.formats.case_packages import guid as ratio
from tests.little_course import little

ROOT = "/ims/case/v1p0"
LITTLE = make_guid("course", "little")
NOUNS = make_guid("point", "little/nouns")

pytestmark = pytest.mark.database


async def get(api, path, shape, **params):
    """What is there, which must be exactly of the shape."""
    found = await api.get(f"{ROOT}/{path}", **params)
    getattr(case, shape).model_validate(found, strict=True)
    assert None not in found.values()
    return found


@pytest.fixture
async def ratios(api, graph, tmp_path):
    """The framework of the tests beside the little course."""
    await import_course(graph, registry.read_course_files(write(tmp_path, PACKAGE)))
    return api


async def test_every_course_is_a_document(ratios):
    [first, second] = (await get(ratios, "CFDocuments", "CFDocumentSet"))["CFDocuments"]
    assert (first["identifier"], first["title"]) == (LITTLE, "Little")
    assert first["uri"] == f"http://test{ROOT}/CFDocuments/{LITTLE}" and first["creator"] == "unknown"
    assert first["licenseURI"]["title"] == "CC0-1.0" and first["lastChangeDateTime"].startswith("20")
    assert second["identifier"] == RATIOS and second["uri"] == PACKAGE["CFDocument"]["uri"]
    assert second["CFPackageURI"]["uri"] == f"http://test{ROOT}/CFPackages/{RATIOS}"
    assert await get(ratios, f"CFDocuments/{RATIOS}", "CFDocument") == second


async def test_pages_of_documents(ratios):
    response = await ratios.client.get(f"{ROOT}/CFDocuments", params={"limit": 1, "sort": "title", "orderBy": "desc"})
    assert [each["title"] for each in response.json()["CFDocuments"]] == ["Ratios & Rates"]
    assert response.headers["x-total-count"] == "2" and response.headers["link"].endswith('>; rel="next"')
    following = response.headers["link"].split(">")[0][1:]
    response = await ratios.client.get(following)
    assert [each["title"] for each in response.json()["CFDocuments"]] == ["Little"] and "link" not in response.headers
    some = await ratios.get(f"{ROOT}/CFDocuments", fields="title, language")
    assert some["CFDocuments"][0] == {"title": "Little", "language": "en"}


async def test_a_package_is_read_by_import(api, tmp_path):
    package = await get(api, f"CFPackages/{LITTLE}", "CFPackage")
    assert {each["fullStatement"] for each in package["CFItems"]} == {"Nouns", "Articles", "Adjectives", "Plurals"}
    types = [each["associationType"] for each in package["CFAssociations"]]
    assert (types.count("isChildOf"), types.count("precedes"), len(types)) == (4, 3, 7)
    file = tmp_path / "little.json"
    file.write_text(json.dumps(package))
    read, course = registry.read_course_files(file), little()
    assert (read.problems, read.course.title) == ([], "Little")
    assert {point.id for point in read.course.points} == {point.id for point in course.points}
    assert {edge.id for edge in read.course.prerequisites} == {edge.id for edge in course.prerequisites}


async def test_a_framework_goes_out_with_its_own_identifiers(ratios):
    package = await get(ratios, f"CFPackages/{RATIOS}", "CFPackage")
    for part in ("CFItems", "CFAssociations"):
        assert {each["identifier"] for each in package[part]} == {each["identifier"] for each in PACKAGE[part]}
        assert {each["uri"] for each in package[part]} == {each["uri"] for each in PACKAGE[part]}


async def test_items_and_associations_by_identifier(ratios):
    item = await get(ratios, f"CFItems/{NOUNS}", "CFItem")
    assert (item["fullStatement"], item["humanCodingScheme"], item["educationLevel"]) == ("Nouns", "nouns", ["A1"])
    assert item["CFDocumentURI"]["identifier"] == LITTLE
    heading = await get(ratios, f"CFItems/{ratio(1)}", "CFItem")
    assert (heading["CFItemType"], heading["abbreviatedStatement"]) == ("Cluster", "Ratios")
    found = await get(ratios, f"CFItemAssociations/{NOUNS}", "CFAssociationSet")
    assert found["CFItem"] == item
    ends = [(each["associationType"], each["destinationNodeURI"]["title"]) for each in found["CFAssociations"]]
    assert sorted(ends) == [("isChildOf", "Little"), ("precedes", "Articles"), ("precedes", "Plurals")]
    one = found["CFAssociations"][1]
    alone = await get(ratios, f"CFAssociations/{one['identifier']}", "CFAssociation")
    assert {name: alone[name] for name in one} == one and alone["CFDocumentURI"]["identifier"] == LITTLE


@pytest.mark.parametrize("path", ["CFDocuments", "CFPackages", "CFItems", "CFAssociations", "CFItemAssociations"])
async def test_what_is_not_there_is_told_as_the_standard_wants(api, path):
    for identifier, code in ((ratio(99), "unknownobject"), ("little", "invaliduuid")):
        status = await get_status(api, f"{path}/{identifier}", 404)
        assert (code, identifier in status["imsx_description"]) == (minor(status), True)


async def get_status(api, path, code, **params):
    status = await api.get(f"{ROOT}/{path}", code, **params)
    case.StatusInfo.model_validate(status, strict=True)
    assert (status["imsx_codeMajor"], status["imsx_severity"]) == ("failure", "error")
    return status


def minor(status):
    return status["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"fields": "title,colour"}, "invalid_selection_field"),
        ({"sort": "colour"}, "invalid_sort_field"),
        ({"orderBy": "up"}, "invalid_sort_field"),
        ({"limit": 0}, "invalid_selection_field"),
        ({"filter": "title='Little'"}, "invalid_selection_field"),
    ],
)
async def test_parameters_that_do_not_fit(api, params, code):
    assert minor(await get_status(api, "CFDocuments", 400, **params)) == code


async def test_the_door(api):
    response = await api.client.get(f"{ROOT}/CFDocuments", headers={"Authorization": ""})
    assert response.status_code == 401 and response.headers["www-authenticate"] == "Bearer"
    assert minor(response.json()) == "unauthorisedrequest"


async def test_it_is_always_the_graph_as_it_is(api, graph):
    before = await api.get(f"{ROOT}/CFItems/{NOUNS}")
    held = await api.context.frameworks.get(graph, f"http://test{ROOT}")
    assert await api.context.frameworks.get(graph, f"http://test{ROOT}") is held
    course = little()
    renamed = replace(course.points[0], name="Nouns and names")
    await import_course(graph, ParsedCourse(replace(course, points=(renamed, *course.points[1:]))))
    after = await api.get(f"{ROOT}/CFItems/{NOUNS}")
    assert after["fullStatement"] == "Nouns and names" and after["lastChangeDateTime"] > before["lastChangeDateTime"]
    await graph.execute_write(
        lambda work: work.text("MATCH (k {id: 'little/nouns'}) SET k.name = 'Things', k.prerequisiteCount = 9")
    )
    await derived.rebuild_derived(graph)
    assert (await api.get(f"{ROOT}/CFItems/{NOUNS}"))["fullStatement"] == "Things"


def test_the_shapes_are_those_that_the_writer_knows():
    shapes = {
        case.CFDocument: DOCUMENT_FIELD_NAMES,
        case.CFPckgItem: ITEM_FIELDS,
        case.CFPckgAssociation: ASSOCIATION_FIELDS,
    }
    for shape, fields in shapes.items():
        assert shape.model_fields.keys() == fields
