"""Junyi's exercise table: what it holds, and that what is wrong with it is told and stops nothing."""

import re
from pathlib import Path

import pytest

from graph.courses.records import ResourceRecord
from graph.courses.validation import check_files
from graph.formats import junyi, registry
from graph.lint.linter import lint_files

DATA = Path(__file__).parents[4] / "shared" / "data" / "junyi"
needs_data = pytest.mark.skipif(not (DATA / junyi.TABLE_FILE).exists(), reason=f"{junyi.TABLE_FILE} is not there")
HEADER = "name,live,prerequisites,seconds_per_fast_problem,pretty_display_name,short_display_name,area\n"


def read(tmp_path, rows, header=HEADER):
    file = tmp_path / "table.csv"
    file.write_text("\ufeff" + header + rows, encoding="utf-8")
    return registry.read_course_files(file, "junyi")


def test_a_row_is_a_point_and_an_exercise(tmp_path):
    parsed = read(tmp_path, 'a,TRUE,,12,加法,加,N/A\nb,FALSE,"a,a,c",0,,Short,geometry\nc,TRUE,a,5,C,,geometry\n')
    course = parsed.course
    assert not parsed.problems and not parsed.notes
    assert [(point.id, point.name, point.domain) for point in course.points] == [
        ("junyi/a", "加法", None),
        ("junyi/b", "Short", "geometry"),
        ("junyi/c", "C", "geometry"),
    ]
    assert [edge.id for edge in course.prerequisites] == [
        "junyi/a → junyi/b",
        "junyi/c → junyi/b",
        "junyi/a → junyi/c",
    ]
    same = {"kind": "practice", "modality": "interactive", "language": "zh-Hant"}
    assert course.resources == (
        ResourceRecord("junyi/r/a", "加", minutes=2, **same),
        ResourceRecord("junyi/r/b", "Short", minutes=1, status="retired", **same),
        ResourceRecord("junyi/r/c", "C", minutes=1, **same),
    )
    assert {edge.id for edge in course.teaches} == {f"junyi/r/{x} → junyi/{x}" for x in "abc"}


def test_a_number_that_is_none_is_told_with_its_line(tmp_path):
    problems = check_files(read(tmp_path, "a,TRUE,,soon,A,A,\n"))
    assert problems[0].startswith("table.csv:2: junyi/r/a: minutes must be a number such as 0.5, not 'soon'")


def test_another_table(tmp_path):
    [problem] = read(tmp_path, "1,2\n", "id,name\n").problems
    assert str(problem).startswith("table.csv:1: is not Junyi's exercise table: it lacks live, prerequisites")


def test_no_table(tmp_path):
    [problem] = registry.read_course_files(tmp_path, "junyi").problems
    assert (
        str(problem)
        == "junyi_Exercise_table.csv: cannot be read (No such file or directory); check its name and its rights"
    )


@needs_data
def test_import_refuses_it_and_spells_the_cycle():
    parsed = registry.read_course_files(DATA, "junyi")
    assert len(parsed.course.points) == 835 and len(parsed.course.prerequisites) == 983
    cycle = "adding_and_subtracting_radicals → radical_multiplication_and_division → simplifying_radicals"
    told = "\n".join(check_files(parsed)).replace("junyi/", "")
    assert f"cycle {cycle} → adding_and_subtracting_radicals; remove or reject one of these edges:" in told
    assert re.findall(r":(\d+): (\w+) → \2: a point is no prerequisite of itself", told) == [
        ("54", "proportions_1"),
        ("454", "number_sense_length_l1"),
    ]
    notes = [str(note) for note in parsed.notes]
    assert len(notes) == 11 and all(" is damaged: " in note for note in notes)
    assert notes[0].endswith("parabola_intuition_1: pretty_display_name is damaged: '?物線直覺 1'; type it anew")


@needs_data
def test_lint_tells_it_all():
    found = {each.check: each for each in lint_files(registry.read_course_files(DATA, "junyi"))}
    assert [found[name].severity for name in ("refused", "cycles", "broken_text")] == ["error", "error", "warning"]
    assert found["cycles"].ids[1:] == ("junyi/number_sense_length_l1", "junyi/proportions_1")
    assert found["broken_text"].count == 11 and "junyi/parabola_intuition_1" in found["broken_text"].ids
    assert "junyi/angle types: id 'junyi/angle types' is no id" in "\n".join(found["refused"].detail)
    assert found["points_without_resources"].count == 59
