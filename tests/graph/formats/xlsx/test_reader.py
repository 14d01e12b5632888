"""Workbooks of tables: the same course out as in, whatever its texts are; and what a cell may not hold."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from graph.courses.records import CourseRecord, ItemRecord, PointRecord, ResourceRecord, TeachesRecord
from graph.errors import Conflict
from graph.formats import registry
from graph.importing import import_course, read_course
from tests.graph.folders import courses, parse_folder, write_folder

ROOT = Path(__file__).parents[4]
METACADEMY = ROOT.parent / "shared" / "data" / "metacademy"
ODD = (
    "=1+1",
    "+49 30",
    "-",
    "@home",
    "007",
    "TRUE",
    "#REF!",
    "1E5",
    "_x0041_",
    "a_x005F_b",
    "é𝄞",
    "a\nb",
    "a|b",
    "\uffff",
)


def told(path: Path) -> list[str]:
    return [str(problem) for problem in registry.read_course_files(path).problems]


def book(path: Path, **sheets: list[list]) -> Path:
    """A workbook made by the library, a sheet a keyword."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def odd() -> CourseRecord:
    points = tuple(PointRecord(f"odd/{number}", text, text) for number, text in enumerate(ODD))
    items = tuple(
        ItemRecord(f"odd/q/{number}", text, f"not {text}", (text, '["x"]', "y"), ("odd/0", "odd/1"), 1 / 3)
        for number, text in enumerate(ODD)
    )
    taught = (ResourceRecord("odd/r", "=cmd|' /C calc'!A0", "lesson", "text", 0.1 + 0.2, text="x" * 32_767),)
    values = {"note": "=A1", "flag": True, "off": False, "edition": 3, "share": 0.1 + 0.2, "licence": "0012"}
    return CourseRecord(
        "odd", "=Odd", values, points, (), taught, (TeachesRecord("odd/r", "odd/0", "primary", 1.0),), items
    ).sorted()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=courses())
def test_a_workbook_holds_the_whole_course(tmp_path, course):
    registry.write_course_files(course, tmp_path / "a.xlsx")
    again = registry.read_course_files(tmp_path / "a.xlsx")
    assert (again.problems, again.notes, again.course.sorted()) == ([], [], course)


def test_texts_that_a_spreadsheet_would_take_for_something_else(tmp_path):
    registry.write_course_files(odd(), tmp_path / "a.xlsx")
    again = registry.read_course_files(tmp_path / "a.xlsx")
    assert again.problems == []
    assert again.course.sorted() == odd()
    assert [type(value) for value in again.course.settings.values()] == [
        type(value) for value in odd().settings.values()
    ]
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in sheet.rows for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type in "fe"]
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "@")))


def test_a_workbook_to_edit(tmp_path):
    registry.write_course_files(odd(), tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert workbook.sheetnames == ["course", "points", "prerequisites", "resources", "teaches", "items"]
    sheet = workbook["resources"]
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.bold and sheet.column_dimensions["A"].width > 20
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {
        '"lesson,practice,reading,video,test"',
        '"text,audio,video,interactive"',
        '"active,retired"',
    }
    assert workbook["prerequisites"].data_validations.dataValidation[1].formula1 == '"accepted,proposed,rejected"'


def test_a_text_too_long_for_a_cell_is_refused_and_nothing_written(tmp_path):
    course = odd()
    long = replace(course.resources[0], text="𝄞" * 16_384)
    with pytest.raises(Conflict, match=r"resources!K2 would hold 32,768 characters.*Export to a folder"):
        registry.write_course_files(replace(course, resources=(long,)), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["folder", "metacademy"])
def test_real_courses_come_back(tmp_path, form):
    path = ROOT / "examples" / "english" if form == "folder" else METACADEMY
    if not path.is_dir():
        pytest.skip(f"{path} is not there")
    course = registry.read_course_files(path, form).course.sorted()
    registry.write_course_files(course, tmp_path / "a.xlsx")
    again = registry.read_course_files(tmp_path / "a.xlsx")
    assert again.problems == [] and again.course.sorted() == course


@pytest.mark.database
async def test_a_workbook_edited_and_imported_changes_only_that(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path / "tiny")))
    registry.write_course_files(await read_course(graph, "tiny"), tmp_path / "a.xlsx")
    assert not (await import_course(graph, registry.read_course_files(tmp_path / "a.xlsx"))).written.is_changed
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    workbook["points"]["B2"] = "By hand"
    workbook.save(tmp_path / "b.xlsx")
    changed = (await import_course(graph, registry.read_course_files(tmp_path / "b.xlsx"))).written.changed
    assert changed == {"points": 1, "prerequisites": 0, "resources": 0, "teaches": 0, "items": 0}


def test_what_a_teacher_may_do_to_a_workbook(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        Course=[["setting", "value"], ["id", "t"], ["title", 2024], ["edition", 2], ["masteredAt", "0.7"]],
        Points=[["id", "name", None, "level"], [], ["t/a ", 7, None, 1.0], [None, "  "], ["t/b", True, None, 2.5]],
        notes=[["anything"]],
    )
    parsed = registry.read_course_files(path)
    assert [str(note) for note in parsed.notes] == [
        "a.xlsx, sheet notes: was not read: sheets of tables are named points, prerequisites, resources, teaches, items"
    ]
    course = parsed.course
    assert (course.title, course.settings) == ("2024", {"edition": 2, "masteredAt": 0.7})
    assert [(point.id, point.name, point.level) for point in course.points] == [
        ("t/a", "7", "1"),
        ("t/b", "TRUE", "2.5"),
    ]
    assert [str(point.at) for point in course.points] == ["a.xlsx, sheet Points:3", "a.xlsx, sheet Points:5"]


def test_what_is_wrong_is_told_with_sheet_and_row(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        course=[["id", "t"], ["title", "T"]],
        points=[["id", "name"], ["t/a", "=1/0"], ["t/b", "#N/A"], ["t/c", None]],
        resources=[["id", "title", "kind"], ["t/r", "R", "game"]],
        teaches=[["resource", "resource"]],
    )
    assert told(path) == [
        "a.xlsx, sheet points:2: points!B2 holds a formula that was never calculated; open the file in a spreadsheet "
        "program and save it, or write the value",
        "a.xlsx, sheet points:3: points!B3 holds the error #N/A; correct it",
        "a.xlsx, sheet teaches:1: names 'resource' twice; name every column once",
        "a.xlsx, sheet points:4: t/c: name is empty; fill it in",
        "a.xlsx, sheet resources:1: lacks the column modality, minutes; the header has id, title, kind",
    ]


def test_a_workbook_without_its_course(tmp_path):
    path = book(tmp_path / "a.xlsx", points=[["id", "name"], ["t/a", "A"]])
    assert told(path)[0] == "a.xlsx: lacks the sheet course; make one with the rows id and title"


@pytest.mark.parametrize("suffix", ["xls", "ods", "numbers"])
def test_other_spreadsheets_are_named(tmp_path, suffix):
    (tmp_path / f"a.{suffix}").write_bytes(b"x")
    assert "save it as an Excel workbook (.xlsx)" in told(tmp_path / f"a.{suffix}")[0]
