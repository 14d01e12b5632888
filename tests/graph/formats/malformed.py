"""Files as they should not be, each made by code: how to make it, the form it is read as, and what is to be told.

A case spoils one part of the small good course of `folders`, which is in the graph already: whatever got through would
show. `python -m tests.graph.formats.malformed FORM PATH` reads one in a process of its own and prints what is told.
"""

import io
import json
import os
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl

from graph.courses.validation import GraphContext, find_problems
from graph.formats import registry
from graph.learners.log_files import read_answer_files
from tests.graph.folders import GOOD, write_folder
from tests.graph.formats import ims

LOGS = {"answers": read_answer_files}
MIB = 2**20


class Case(NamedTuple):
    """`make` writes below a folder and returns the path to import; `told` is found in what is told."""

    name: str
    form: str | None
    make: Callable[[Path], Path]
    told: str


def problems(form: str | None, path: Path) -> list[str]:
    """What is wrong with the files alone."""
    if form in LOGS:
        return list(map(str, LOGS[form](path)[1]))
    return [str(problem) for problem in find_problems(registry.read_course_files(path, form), GraphContext())]


def _folder(told: str, name: str, **files: str | bytes) -> Case:
    return Case(f"folder: {name}", None, lambda at: write_folder(at / "tiny", **files), told)


Content = str | bytes | Callable[[], str | bytes]
"""What a file holds; of a large one, how to make it."""


def _file(form: str | None, name: str, file: str, content: Content, told: str) -> Case:
    def make(at: Path) -> Path:
        made = content() if callable(content) else content
        (at / file).write_bytes(made if isinstance(made, bytes) else made.encode())
        return at / file

    return Case(f"{form or file}: {name}", form, make, told)


def _made(form: str | None, name: str, file: str, make: Callable[[Path], object], told: str) -> Case:
    def make_it(at: Path) -> Path:
        make(at / file)
        return at / file

    return Case(f"{form or file}: {name}", form, make_it, told)


POINTS, EDGES, RESOURCES, TEACHES, ITEM = (
    GOOD[name] for name in ("points.csv", "prerequisites.csv", "resources.jsonl", "teaches.csv", "items.jsonl")
)
RESOURCE = RESOURCES.split("\n")[0]
HEADER = GOOD["course.json"]


def _csv_cases() -> list[Case]:
    big = f"id,name\ntiny/a,{'x' * (10 * MIB)}\n"
    wide = ",".join(f"c{number}" for number in range(300))
    return [
        _folder(r"points\.csv:1: is empty; the first line names", "an empty table", points_csv=""),
        _folder(r"points\.csv:1: is empty", "only line ends", points_csv="\n\n\n"),
        _folder(
            r"points\.csv:1: .*separated by semicolons; save it", "semicolons", points_csv=POINTS.replace(",", ";")
        ),
        _folder(r"points\.csv:1: .*separated by tabs; save it", "tabs", points_csv=POINTS.replace(",", "\t")),
        _folder(r"points\.csv:1: .*separated by bars; save it", "bars", points_csv=POINTS.replace(",", "|")),
        _folder(r"points\.csv:1: is UTF-16; save it as UTF-8", "UTF-16", points_csv=POINTS.encode("utf-16")),
        _folder(r"points\.csv:1: .*zero byte; save", "UTF-16 without a mark", points_csv=POINTS.encode("utf-16-le")),
        _folder(
            r"points\.csv:5: is not UTF-8 .*0xe9.*save it",
            "Latin-1",
            points_csv=POINTS.encode() + b"tiny/d,Caf\xe9,A\n",
        ),
        _folder(r"points\.csv:5: .*zero byte; save", "a zero byte", points_csv=POINTS + "tiny/d,\0,A1\n"),
        _folder(r"points\.csv:2: .*more than 1,048,576 characters", "a cell of 10 MB", points_csv=big),
        _folder(r"points\.csv:5: .*is not CSV.*close every", "a quote left open", points_csv=POINTS + 'tiny/d,"D,A1\n'),
        _folder(
            r"points\.csv:5: .*is not CSV.*double the quotes",
            "a quote in quotes",
            points_csv=POINTS + 'tiny/d,"D"x,A\n',
        ),
        _folder(r"points\.csv:4: has 1 cells and the header has 3", "a cut table", points_csv=POINTS[:-10]),
        _folder(
            r"points\.csv:5: has 4 cells .*double quotes", "a comma too many", points_csv=POINTS + "tiny/d,a, b,A1\n"
        ),
        _folder(
            r"points\.csv:1: lacks the column name; the header has", "no name", points_csv="id,title\ntiny/a,First\n"
        ),
        _folder(
            r"points\.csv:1: names 'id' twice; name every", "a column twice", points_csv="id,name,id\ntiny/a,A,x\n"
        ),
        _folder(r"points\.csv:1: has 300 columns and 200 are allowed", "too many columns", points_csv=wide),
        _folder(r"points\.csv:1: lacks the column id, name", "no header", points_csv=POINTS.partition("\n")[2]),
        _folder(
            r"points\.csv:5: tiny/a: is there already, at points\.csv:2; remove",
            "id",
            points_csv=POINTS + "tiny/a,A,\n",
        ),
        _folder(
            r"points\.csv:5: tiny/d: .*control character; remove", "a bell", points_csv=POINTS + "tiny/d,a\x07b,A1\n"
        ),
        _folder(
            r"points\.csv:5: .*is no id: .*without blanks", "a blank in an id", points_csv=POINTS + "tiny/d e,D,A1\n"
        ),
        _folder(r"points\.csv:5: .*is no id: .*without \|", "a bar in an id", points_csv=POINTS + "tiny/d|e,D,A1\n"),
        _folder(
            r"points\.csv:5: .*U\+200F, which nobody sees; remove", "a mark", points_csv=POINTS + "tiny/\u200fd,D,A1\n"
        ),
        _folder(
            r"points\.csv:5: .*U\+200B, which nobody sees", "a wide blank", points_csv=POINTS + "tiny/d\u200b,D,A1\n"
        ),
        _folder(r"points\.csv:5: .*is no id: at most 200", "a long id", points_csv=POINTS + f"tiny/{'d' * 300},D,A1\n"),
        _folder(r"points\.csv:5: tiny/d: name is empty; fill", "an empty name", points_csv=POINTS + "tiny/d, ,A1\n"),
        _folder(
            r"points\.csv:2: .*hours must be a number", "hours in words", points_csv="id,name,hours\ntiny/a,A,many\n"
        ),
        _folder(r"points\.csv:2: .*hours must be above 0", "NaN", points_csv="id,name,hours\ntiny/a,A,nan\n"),
        _folder(r"points\.csv:2: .*at most 10000, not inf", "infinity", points_csv="id,name,hours\ntiny/a,A,1e999\n"),
        _folder(r"points\.csv:2: .*such as 0\.5, not '0,5'", "a comma", points_csv='id,name,metAt\ntiny/a,A,"0,5"\n'),
        _folder(r"points\.csv:100\d: .*not read further; mend", "no line right", points_csv="id,name\n" + "x\n" * 3000),
        _folder(
            r"prerequisites\.csv:2: .*cycle tiny/a → tiny/b → tiny/c → tiny/a; remove or reject one of these edges: "
            r"prerequisites\.csv:2",
            "a cycle",
            prerequisites_csv=EDGES + "tiny/c,tiny/a,\n",
        ),
        _folder(
            r"prerequisites\.csv:4: .*no prerequisite of itself; remove",
            "loop",
            prerequisites_csv=EDGES + "tiny/a,tiny/a,\n",
        ),
        _folder(
            r"prerequisites\.csv:4: .*no point 'tiny/x'; did you mean",
            "an end",
            prerequisites_csv=EDGES + "tiny/x,tiny/a,\n",
        ),
        _folder(
            r"prerequisites\.csv:4: .*is there already", "an edge twice", prerequisites_csv=EDGES + "tiny/a,tiny/b,\n"
        ),
        _folder(
            r"prerequisites\.csv:2: .*status must be one of accepted",
            "status",
            prerequisites_csv="from,to,status\ntiny/a,tiny/b,maybe\n",
        ),
        _folder(
            r"teaches\.csv:5: .*no resource 'tiny/r/x'; did you",
            "nothing teaches",
            teaches_csv=TEACHES + "tiny/r/x,tiny/a,primary\n",
        ),
        _folder(
            r"teaches\.csv:5: .*role must be one of primary", "a role", teaches_csv=TEACHES + "tiny/r/a,tiny/b,main\n"
        ),
        _folder(
            r"resources\.jsonl:3: tiny/r/c: teaches nothing; add",
            "idle",
            teaches_csv=TEACHES.replace("tiny/r/c,tiny/c,primary\n", ""),
        ),
    ]


def _json_cases() -> list[Case]:
    deep = '{"id": "tiny/r/d", "x": ' + "[" * 100_000
    return [
        _folder(r"course\.json:2: is not JSON: .*mend it there", "a cut course.json", course_json='{"id": "tiny",\n'),
        _folder(r"course\.json:1: must be one object", "a list", course_json="[]"),
        _folder(r"course\.json:1: is not JSON", "an empty course.json", course_json=""),
        _folder(
            r"course\.json:2: names the key 'id' twice.*keep one",
            "a key",
            course_json='{"id": "tiny",\n"id": "x", "title": "T"}',
        ),
        _folder(r"course\.json:1: is nested more than 100 levels", "deep", course_json='{"id": ' + "[" * 100_000),
        _folder(
            r"course\.json:1: is not JSON: number is infinity",
            "a huge number",
            course_json='{"id": ' + "9" * 5000 + "}",
        ),
        _folder(
            r"course\.json:1: tags: must be text, a number",
            "a list of tags",
            course_json=HEADER.replace("}", ', "tags": [1]}'),
        ),
        _folder(
            r"course\.json:1: masteredAt: must be at least 0 and at most 1",
            "1.5",
            course_json=HEADER.replace("0.8", "1.5"),
        ),
        _folder(
            r"course\.json:1: is not UTF-8.*save it as UTF-8",
            "course.json in Latin-1",
            course_json=HEADER.replace("Tiny", "Tin\xe9").encode("latin-1"),
        ),
        _folder(
            r"resources\.jsonl:4: is not JSON.*whole object a line",
            "a cut line",
            resources_jsonl=RESOURCES + '\n{"id": "tiny/r/d"',
        ),
        _folder(
            r"resources\.jsonl:1: is one JSON array; write one object a line",
            "one JSON array",
            resources_jsonl=f"[{RESOURCES}]",
        ),
        _folder(r"resources\.jsonl:4: is not an object; write one", "a number", resources_jsonl=RESOURCES + "\n7"),
        _folder(r"resources\.jsonl:4: is not JSON: depth limit", "deep JSON", resources_jsonl=f"{RESOURCES}\n{deep}"),
        _folder(
            r"resources\.jsonl:4: names a key twice",
            "a key twice",
            resources_jsonl=RESOURCES + '\n{"id": "a", "id": "b"}',
        ),
        _folder(
            r"resources\.jsonl:1: .*minutes must be a number.*…",
            "99 signs for minutes",
            resources_jsonl=RESOURCES.replace("5", f'"1{"x" * 99}"', 1),
        ),
        _folder(
            r"resources\.jsonl:1: is not JSON: number is inf",
            "1e999",
            resources_jsonl=RESOURCES.replace("5", "1e999", 1),
        ),
        _folder(
            r"resources\.jsonl:1: .*minutes must be above 0 and",
            "minus",
            resources_jsonl=RESOURCES.replace("5", "-5", 1),
        ),
        _folder(
            r"resources\.jsonl:1: is not JSON.*write one whole",
            "NaN in JSON",
            resources_jsonl=RESOURCES.replace("5", "NaN", 1),
        ),
        _folder(
            r"resources\.jsonl:1: is not JSON: no low surrogate",
            "half a sign",
            resources_jsonl=RESOURCES.replace("Lesson a", "\\ud800", 1),
        ),
        _folder(
            r"resources\.jsonl:4: has more than 1,048,576 characters; shorten",
            "10 MB",
            resources_jsonl=RESOURCES + '\n{"text": "' + "x" * 10 * MIB,
        ),
        _folder(
            r"resources\.jsonl:1: .*kind must be one of lesson",
            "a kind",
            resources_jsonl=RESOURCES.replace('"lesson"', '"game"', 1),
        ),
        _folder(
            r"resources\.jsonl:1: .*url must be a web address",
            "script",
            resources_jsonl=RESOURCES.replace("{", '{"url": "javascript:x", ', 1),
        ),
        _folder(
            r"resources\.jsonl:1: tiny/r/a: title must be text, not \[",
            "a list for a title",
            resources_jsonl=RESOURCES.replace('"Lesson a"', "[7]", 1),
        ),
        _folder(r"items\.jsonl:1: tiny/q/1: answer is empty; fill", "no answer", items_jsonl=ITEM.replace('"2"', '""')),
        _folder(
            r"items\.jsonl:1: .*distractors is empty; fill it in|at least one wrong",
            "none",
            items_jsonl=ITEM.replace('["3", "4"]', "[]"),
        ),
        _folder(
            r"items\.jsonl:1: .*answer '3' among the distractors; replace",
            "both",
            items_jsonl=ITEM.replace('"2"', '"3"'),
        ),
        _folder(
            r"items\.jsonl:1: tiny/r/a: is there already, at resources\.jsonl:1; remove",
            "an id of two",
            items_jsonl=ITEM.replace("tiny/q/1", "tiny/r/a"),
        ),
        _folder(
            r"items\.jsonl:1: tiny/q/1: there is no point 'tiny/z'; ",
            "a point",
            items_jsonl=ITEM.replace('"tiny/a"', '"tiny/z"'),
        ),
    ]


def _place_cases() -> list[Case]:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

    def links(at: Path, name: str, make: Callable[[Path], object]) -> Path:
        folder = write_folder(at / "tiny", **{name.replace(".", "_"): None})
        make(folder / name)
        return folder

    return [
        _folder(r"points\.csv:\d: is not (text|UTF-8).*; save it as", "a picture", points_csv=png),
        Case(
            "folder: a folder for a table",
            None,
            lambda at: links(at, "points.csv", Path.mkdir),
            r"points\.csv: is a folder; name",
        ),
        Case(
            "folder: a link to itself",
            None,
            lambda at: links(at, "points.csv", lambda file: file.symlink_to(file)),
            r"points\.csv: cannot be read \(.*check its name",
        ),
        Case(
            "folder: a link to nothing",
            None,
            lambda at: links(at, "teaches.csv", lambda file: file.symlink_to("nowhere")),
            r"teaches\.csv: cannot be read \(No such file",
        ),
        Case(
            "folder: a pipe",
            None,
            lambda at: links(at, "items.jsonl", os.mkfifo),
            r"items\.jsonl: is a device or a pipe; save",
        ),
        Case(
            "folder: a folder for course.json",
            None,
            lambda at: links(at, "course.json", Path.mkdir),
            r"course\.json: is a folder",
        ),
        Case(
            "folder: no course.json",
            None,
            lambda at: links(at, "course.json", lambda file: None),
            r"course\.json: is missing; write",
        ),
        Case(
            "folder: nothing there",
            None,
            lambda at: at / "nowhere",
            "nowhere: there is no such folder; give the folder",
        ),
        Case("folder: nothing in it", None, lambda at: at, r"course\.json: is missing; write at least"),
        _file(
            None,
            "a file of no form",
            "notes.txt",
            "hello",
            r"notes\.txt: is a file of no form that is known; give the folder",
        ),
    ]


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, inner in members:
            archive.writestr(name, inner)
    return content.getvalue()


def _overlapping() -> bytes:
    """A directory of 2,000 names for one member of 1 MiB."""
    one = _zip(("a", bytes(MIB)))
    start = one.index(b"PK\1\2")
    end = one.index(b"PK\5\6")
    entry = one[start:end]
    entries = b"".join(entry[:46] + b"%c" % (97 + number % 26) * 1 + entry[47:] for number in range(2000))
    tail = bytearray(one[end:])
    struct.pack_into("<HHL", tail, 8, 2000, 2000, len(entries))
    return one[:start] + entries + bytes(tail)


def _encrypted() -> bytes:
    whole = bytearray(_zip(("xl/workbook.xml", b"<workbook/>")))
    whole[whole.index(b"PK\1\2") + 8] |= 1
    return bytes(whole)


def _book(*rows: list, **sheets: list[list]) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for name, values in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in values:
            sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _edited(book: bytes, member: str, edit: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return _zip(
            *(
                (name, edit(archive.read(name)) if name == member else archive.read(name))
                for name in archive.namelist()
            ),
            method=zipfile.ZIP_STORED,
        )


def _laughs(element: str) -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?>\n<!DOCTYPE {element} [<!ENTITY l0 "lol">{steps}]>\n<{element}>&l11;</{element}>'


def _quadratic(element: str) -> str:
    return f'<!DOCTYPE {element} [<!ENTITY a "{"x" * 50_000}">]>\n<{element}>{"&a;" * 50_000}</{element}>'


def _external(element: str) -> str:
    return f'<!DOCTYPE {element} [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<{element}>&a;</{element}>'


def _xlsx_cases() -> list[Case]:
    def case(name: str, content: Content, told: str, file: str = "course.xlsx") -> Case:
        return _file(None, name, file, content, told)

    sheet = "xl/worksheets/sheet1.xml"
    good = _book(["Topic", "Link"], ["A", "https://a.org"])

    def spoilt(name: str, edit: Callable[[bytes], bytes], told: str, member: str = sheet) -> Case:
        return case(name, lambda: _edited(good, member, edit), told)

    tables = {
        "course": [["id", "tiny"], ["title", "T"]],
        "points": [["id", "name"], ["tiny/a", "=1+1"], ["tiny/b", "#REF!"]],
    }
    return [
        case("empty", b"", r"course\.xlsx: is not a whole zip archive .*once more"),
        case("cut", good[:-200], r"course\.xlsx: is not a whole zip archive .*once more"),
        case("a csv by another name", POINTS.encode(), r"course\.xlsx: is not a whole zip archive"),
        case(
            "old or with a password",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            r"course\.xlsx: is not a whole zip",
        ),
        case("an empty archive", _zip(), r"course\.xlsx: is an empty archive; export"),
        case("another archive", _zip(("a.txt", b"x")), r"course\.xlsx: is no Excel workbook .*save it as \.xlsx"),
        case("old", b"x", r"course\.xls: is an old Excel file; save it as an Excel workbook", "course.xls"),
        case("encrypted", _encrypted, r"course\.xlsx: is encrypted .*without a password"),
        case("a zip bomb", lambda: _zip((sheet, bytes(200 * MIB))), r"course\.xlsx: .*over 200 times its size"),
        case(
            "a zip bomb of many",
            lambda: _zip(*((f"{n}", bytes(range(256)) * (MIB // 256)) for n in range(257))),
            r"course\.xlsx: unpacks to 257 MiB",
        ),
        case(
            "a zip bomb in a zip",
            lambda: _zip(("xl/workbook.xml", _zip(("a", bytes(100 * MIB))))),
            r"xl/workbook\.xml.* is not XML",
        ),
        case("a zip bomb that overlaps", _overlapping, r"course\.xlsx: unpacks to 2,000 MiB and 256 are allowed"),
        case(
            "too many files",
            lambda: _zip(*((str(n), b"") for n in range(20_001))),
            r"course\.xlsx: holds more than 20,000 files",
        ),
        case("a path out of it", _zip(("../../x", b"")), r"course\.xlsx: holds '\.\./\.\./x', a path that leads out"),
        case("a member twice", _zip(("a", b"x"), ("a", b"y")), r"course\.xlsx: holds 'a' twice; pack it"),
        spoilt(
            "laughs",
            lambda text: _laughs("worksheet").encode(),
            r"sheet1\.xml, line 2 declares a DTD.*delete <!DOCTYPE",
        ),
        spoilt(
            "quadratic", lambda text: _quadratic("worksheet").encode(), r"sheet1\.xml, line 1 declares a DTD.*delete"
        ),
        spoilt("external", lambda text: _external("worksheet").encode(), r"sheet1\.xml, line 1 declares a DTD.*delete"),
        spoilt("broken XML", lambda text: text[:-30], r"sheet1\.xml, line 1 is not XML: .*once more"),
        spoilt("deep XML", lambda text: b"<a>" * 10_000, r"sheet1\.xml, line 1 is nested more than 100 levels"),
        spoilt(
            "many elements", lambda text: b"<a>" + b"<b/>" * 2_100_000 + b"</a>", r"holds more than 2,000,000 elements"
        ),
        spoilt(
            "a row too far", lambda text: text.replace(b'r="2"', b'r="99999999"'), r"it has a row '99999999'; save it"
        ),
        spoilt("a cell too far", lambda text: text.replace(b'"A2"', b'"ABCD2"'), r"it has a cell 'ABCD2'; save it"),
        spoilt(
            "no such text",
            lambda text: (
                text.replace(b't="inlineStr"', b't="s"').replace(b"<is><t>", b"<v>").replace(b"</t></is>", b"</v>")
            ),
            r"sheet Sheet:\d: Sheet!A1 refers to the text number",
        ),
        case(
            "a formula never calculated",
            _book(["Topic"], ["=A9"]),
            r"course\.xlsx, sheet Sheet:2: Sheet!A2 holds a formula.*save it",
        ),
        case("an error", _book(["Topic"], ["#REF!"]), r"sheet Sheet:2: Sheet!A2 holds the error #REF!; correct it"),
        case("faults in tables", _book(**tables), r"sheet points:2: points!A?B2 holds a formula that was never"),
        case(
            "no headings",
            _book(["Who", "When"]),
            r"sheet Sheet:1: has no heading for the topic; found Who, When; headings that",
        ),
        case("no rows", _book(), r"course\.xlsx: holds no topics; write a row"),
        case(
            "a topic twice",
            _book(["Topic"], ["A"], ["a"]),
            r"sheet Sheet:3: a: reads like 'A' at course\.xlsx, sheet Sheet:2; keep",
        ),
        case(
            "no such topic",
            _book(["Topic", "Requires"], ["A", "B"]),
            r"sheet Sheet:2: A: there is no topic 'B'; write it",
        ),
        case(
            "a cycle",
            _book(["Topic", "Requires"], ["A", "B"], ["B", "A"]),
            r"sheet Sheet:2: .*cycle .*remove or reject",
        ),
        case(
            "minutes",
            _book(["Topic", "Link", "Minutes"], ["A", "x", "-5"]),
            r"sheet Sheet:2: A: minutes must be a number",
        ),
        _made(None, "a folder", "course.xlsx", Path.mkdir, r"course\.xlsx: is a folder; name a file"),
    ]


def _item(number: int, **more: object) -> dict[str, object]:
    return {
        "identifier": f"i{number}",
        "fullStatement": f"Statement {number}",
        "humanCodingScheme": f"c{number}",
        **more,
    }


def _precedes(before: int, after: int) -> dict[str, object]:
    ends = {"originNodeURI": before, "destinationNodeURI": after}
    links = {end: {"title": "x", "identifier": f"i{number}", "uri": f"urn:i{number}"} for end, number in ends.items()}
    return {"identifier": f"a{before}{after}", "associationType": "precedes", **links}


def _package(items: list, associations: list) -> str:
    document = {"identifier": "d", "title": "Framework", "creator": "x", "uri": "urn:d"}
    return json.dumps({"CFDocument": document, "CFItems": items, "CFAssociations": associations}, indent=1)


def _case_cases() -> list[Case]:
    def case(name: str, content: str | bytes, told: str) -> Case:
        return _file("case", name, "framework.json", content, told)

    good = _package([_item(1), _item(2)], [_precedes(1, 2)])
    return [
        case("cut", good[:200], r"framework\.json:\d+: is not JSON: .*; mend it there"),
        case("empty", "", r"framework\.json:1: is not JSON"),
        case("a list", "[]", r"framework\.json:1: is not one object \{"),
        case("no document", '{"CFItems": []}', r'framework\.json: is no CFPackage: it needs one "CFDocument"'),
        case(
            "an item twice",
            _package([_item(1), _item(1)], []),
            r"framework\.json:\d+: .*is there already, at framework\.json:\d+; give",
        ),
        case(
            "no statement",
            _package([_item(1, fullStatement=None)], []),
            r"framework\.json:\d+: i1: fullStatement is missing",
        ),
        case(
            "a cycle",
            _package([_item(1), _item(2)], [_precedes(1, 2), _precedes(2, 1)]),
            r"framework\.json:\d+: .*cycle .*remove or reject",
        ),
        case(
            "a loop",
            _package([_item(1), _item(2)], [_precedes(1, 1)]),
            r"framework\.json:\d+: .*no prerequisite of itself; remove",
        ),
        case(
            "an item that is none", _package([7], []), r"framework\.json:\d+: CFItems\[0\]: is not an object .*remove"
        ),
        case(
            "an end that is none",
            _package([_item(1)], [{"associationType": "precedes"}]),
            r"framework\.json:\d+: .*originNodeURI must be",
        ),
        case("deep", '{"CFDocument": ' + "[" * 100_000, r"framework\.json:1: is n(ested|ot JSON)"),
        case(
            "a document twice",
            '{"CFDocument": {},\n"CFDocument": {}}',
            r"framework\.json:\d+: (is no CFPackage|names the key)",
        ),
        case("UTF-16", good.encode("utf-16"), r"framework\.json:1: is UTF-16; save it"),
    ]


def _log_cases() -> list[Case]:
    return [
        _file(
            "answers",
            "no such column",
            "log.csv",
            "user,skill\na,b\n",
            r"log\.csv:1: has no column learner, right; columns are",
        ),
        _file("answers", "Latin-1", "log.csv", b"learner,skill,right\n\xe9,a,1\n", r"log\.csv:2: is not UTF-8"),
        _file("answers", "cut", "log.jsonl", '{"learner": "a"', r"log\.jsonl:1: is not JSON.*whole object a line"),
        _file("answers", "no log", "log.txt", "x", r"log\.txt: was not read: answer logs end in \.csv or \.jsonl"),
        _file(
            "answers",
            "semicolons",
            "log.csv",
            "learner;skill;right\na;b;1\n",
            r"log\.csv:1: .*semicolons; save it",
        ),
        _file(
            "answers",
            "a quote left open",
            "log.csv",
            'learner,skill,right\na,"b,1\n',
            r"log\.csv:2: .*is not CSV.*close",
        ),
        _file("answers", "deep", "log.jsonl", "{" + '"a":{' * 5000, r"log\.jsonl:1: is not JSON"),
    ]


def _metacademy_cases() -> list[Case]:
    def case(name: str, content: str | bytes, told: str) -> Case:
        return _file("metacademy", name, "graph.json", content, told)

    return [
        case("empty", "", r"graph\.json:1: is not JSON"),
        case("cut", '{"concepts": [\n{"id": "a"', r"graph\.json:2: is not JSON"),
        case("another JSON", '{"a": 1}', r"graph\.json: is not Metacademy's graph\.json"),
        case("a list", "[]", r"graph\.json: is not Metacademy's graph\.json"),
        case("Latin-1", b'{"concepts": "\xe9"}', r"graph\.json:1: is not UTF-8"),
        case("deep", "[" * 100_000, r"graph\.json:1: is nested more than 100"),
    ]


def _package_cases() -> list[Case]:
    def cartridge(name: str, told: str, **changed: str | bytes | None) -> Case:
        return _made("cartridge", name, "ratios.imscc", lambda file: ims.packed(file, ims.CARTRIDGE, **changed), told)

    def qti(name: str, told: str, file: str, content: Content) -> Case:
        return _file("qti", name, file, content, told)

    return [
        _file("cartridge", "empty", "a.imscc", b"", r"a\.imscc: is not a whole zip archive .*once more"),
        _file("cartridge", "no manifest", "a.imscc", _zip(("x", b"y")), r"imsmanifest\.xml: is missing; give a Common"),
        _file(
            "cartridge", "a zip bomb", "a.imscc", lambda: _zip(("x", bytes(300 * MIB))), r"a\.imscc: unpacks to 300 MiB"
        ),
        _file("cartridge", "a zip bomb that overlaps", "a.imscc", _overlapping, r"a\.imscc: unpacks to 2,000 MiB"),
        _file("cartridge", "encrypted", "a.imscc", _encrypted, r"a\.imscc: is encrypted .*without a password"),
        _file(
            "cartridge", "a path out of it", "a.imscc", _zip(("/etc/x", b"")), r"a\.imscc: holds '/etc/x', a path that"
        ),
        cartridge(
            "a cut manifest", r"imsmanifest\.xml:\d+: is not XML: .*once more", imsmanifest_xml=ims.MANIFEST[:900]
        ),
        cartridge(
            "another manifest", r"imsmanifest\.xml:1: begins with <a> and not with <manifest>", imsmanifest_xml="<a/>"
        ),
        cartridge("laughs", r"imsmanifest\.xml:2: declares a DTD.*delete", imsmanifest_xml=_laughs("manifest")),
        cartridge("external", r"imsmanifest\.xml:1: declares a DTD.*delete", imsmanifest_xml=_external("manifest")),
        cartridge(
            "deep manifest", r"imsmanifest\.xml:1: is nested more than 100", imsmanifest_xml="<manifest>" * 50_000
        ),
        cartridge("a cut quiz", r"quiz\.xml:\d+: is not XML", quiz_xml=ims.CARTRIDGE["quiz.xml"][:500]),
        cartridge("a quiz of laughs", r"quiz\.xml:2: declares a DTD.*delete", quiz_xml=_laughs("questestinterop")),
        qti("empty", r"one\.xml:1: is not XML: no element found", "one.xml", ""),
        qti("cut", r"one\.xml:\d+: is not XML: .*once more", "one.xml", ims.qti_2()[:300]),
        qti("quadratic", r"one\.xml:1: declares a DTD.*delete", "one.xml", _quadratic("assessmentItem")),
        qti("no question", r"one\.xml: holds no ", "one.xml", "<a/>"),
        qti(
            "Latin-1 that says UTF-8",
            r"one\.xml:\d+: is not XML",
            "one.xml",
            ims.qti_2(body="<p>\xe9</p>").encode("latin-1"),
        ),
        qti(
            "a zip bomb",
            r"a\.zip: holds 'x', which unpacks to over 200 times",
            "a.zip",
            lambda: _zip(("x", bytes(50 * MIB))),
        ),
    ]


def _oatutor_cases() -> list[Case]:
    def case(name: str, plans: str, told: str) -> Case:
        return _made(
            "oatutor",
            name,
            "oatutor",
            lambda at: _written(at, {"coursePlans.json": plans, "skillModel.json": "{}"}),
            told,
        )

    return [
        case("empty", "", r"coursePlans\.json:1: is not JSON"),
        case("cut", '[\n{"courseName": "A"', r"coursePlans\.json:2: is not JSON"),
        case("another JSON", '[{"a": 1}]', r"coursePlans\.json: is not OATutor's .*get it once more"),
        case("no list", "7", r"coursePlans\.json: is not OATutor's .*get it once more"),
        case("deep", "[" * 100_000, r"coursePlans\.json:1: is nested more than 100"),
        case(
            "a key twice",
            '[{"courseName": "A",\n"courseName": "B"}]',
            r"coursePlans\.json:2: names the key 'courseName' twice",
        ),
        _made("oatutor", "no folder", "oatutor", lambda at: None, r"coursePlans\.json: cannot be read .*check"),
    ]


def _junyi_cases() -> list[Case]:
    columns = "name,live,prerequisites,seconds_per_fast_problem,pretty_display_name,short_display_name\n"

    def case(name: str, content: str | bytes, told: str) -> Case:
        return _file("junyi", name, "table.csv", content, told)

    return [
        case("empty", "", r"table\.csv:1: is empty; the first line names"),
        case("another table", "id,name\n1,2\n", r"table\.csv:1: is not Junyi's exercise table: it lacks live.*; give"),
        case("a cycle", f"{columns}a,TRUE,b,30,A,A\nb,TRUE,a,30,B,B\n", r"table\.csv:\d: .*cycle .*remove or reject"),
        case("cut", f"{columns}a,TRUE,", r"table\.csv:2: has 3 cells and the header has 6"),
        case("Big5", columns.encode() + "a,TRUE,,30,加,加\n".encode("big5"), r"table\.csv:2: is not UTF-8.*save it"),
    ]


def _written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


CASES = [
    *_csv_cases(),
    *_json_cases(),
    *_place_cases(),
    *_xlsx_cases(),
    *_case_cases(),
    *_log_cases(),
    *_metacademy_cases(),
    *_package_cases(),
    *_oatutor_cases(),
    *_junyi_cases(),
]
BOMBS = [
    case for case in CASES if any(word in case.name for word in ("bomb", "laughs", "quadratic", "deep", "10 M", "many"))
]


if __name__ == "__main__":
    for form, path in json.loads(sys.stdin.read()):
        print(json.dumps([problem[:2000] for problem in problems(form, Path(path))]), flush=True)
