"""What may come out of a file, and that everything else is refused with its line and at little cost."""

import io
import struct
import zipfile

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import readers
from graph.readers import Unreadable


def refused(read, *arguments) -> tuple[int, str]:
    with pytest.raises(Unreadable) as told:
        read(*arguments)
    return told.value.line, str(told.value)


def zipped(tmp_path, *members: tuple[str, bytes], method=zipfile.ZIP_DEFLATED):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_an_element_knows_its_line():
    root = readers.parse_xml(b'<a xmlns="u">\n\n<b\n c="1">x</b></a>')
    assert (root.tag, root.line) == ("{u}a", 1)
    assert [(inner.tag, inner.line, inner.text) for inner in root] == [("{u}b", 3, "x")]
    assert readers.parse_xml("<a>é</a>".encode("utf-16")).text == "é"


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"", 1, "no element found"),
        (b"<a>\n<b></a>", 2, "mismatched tag"),
        (b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]>\n<a>&c;</a>', 1, "declares a DTD or entities"),
        (b'\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<a/>', 2, "delete <!DOCTYPE"),
        (b"<a>\n&nbsp;</a>", 2, "undefined entity; write the character itself"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', 1, "save it as UTF-8"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', 1, "save it as UTF-8"),
        (b"<a>\n" * 101, 101, "nested more than 100 levels"),
        (b"<a>\0</a>", 1, "is not XML"),
    ],
)
def test_xml_that_is_refused(content, line, told):
    found, message = refused(readers.parse_xml, content)
    assert found == line and told in message


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"", 1, "is not JSON"),
        (b"[\n1,\n}", 3, "is not JSON"),
        (b"[NaN]", 1, "is not JSON"),
        (b'["\\ud800"]', 1, "is not JSON"),
        (b"1" * 400, 1, "number is infinity"),
        (b'{"a": {"b": 1},\n"c": ": \\"",\n"\\u0061" : 2}', 3, "names the key 'a' twice"),
        (b"[\n" * 101 + b"]" * 101, 101, "nested more than 100 levels"),
        (b"[\n" * 100_000, 101, "nested more than 100 levels"),
        (b"\xff", 1, "is not UTF-8"),
    ],
)
def test_json_that_is_refused(content, line, told):
    found, message = refused(readers.parse_json, content)
    assert found == line and told in message


@given(st.recursive(st.text() | st.integers(-9, 9), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_with_single_keys_is_read(value):
    content = orjson.dumps(value)
    assert readers.parse_json(content) == orjson.loads(content)
    if isinstance(value, dict):
        assert readers.has_unique_keys(content.decode(), value)


def test_a_key_twice_in_a_line_is_seen():
    assert not readers.has_unique_keys('{"a": 1, "a" :2}', {"a": 2})
    assert not readers.has_unique_keys('{"a": {"b": 1, "b": 2}}', {"a": {"b": 2}})
    assert readers.has_unique_keys('{"a": "\\":", "b": 2}', {"a": '":', "b": 2})


def test_an_archive_gives_its_members(tmp_path):
    opened = readers.open_archive(zipped(tmp_path, ("b/x.xml", b"<a/>"), ("é", b"")))
    assert opened.namelist() == ["b/x.xml", "é"]
    assert readers.read_member(opened, "b/x.xml") == b"<a/>" and readers.read_member(opened, "é") == b""
    assert "holds no c" in refused(readers.read_member, opened, "c")[1]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../b", "..\\up", "C:\\x", "a/.."])
def test_a_path_out_of_the_archive(tmp_path, name):
    assert "leads out" in refused(readers.open_archive, zipped(tmp_path, (name, b"x")))[1]


def test_archives_that_would_fill_the_memory(tmp_path, monkeypatch):
    assert "over 200 times" in refused(readers.open_archive, zipped(tmp_path, ("a", bytes(8 * 2**20))))[1]
    many = zipped(tmp_path, *((f"{number}", b"") for number in range(20_001)))
    assert "more than 20,000 files" in refused(readers.open_archive, many)[1]
    monkeypatch.setattr(readers, "MAX_UNPACKED_BYTES", 10)
    assert "MiB" in refused(readers.open_archive, zipped(tmp_path, ("a", b"123456"), ("b", b"123456")))[1]


def test_members_that_are_not_what_the_directory_says(tmp_path):
    path = zipped(tmp_path, ("a", b"x" * 1000))
    whole = path.read_bytes()
    for size in (10, 5000):
        path.write_bytes(whole.replace(struct.pack("<L", 1000), struct.pack("<L", size)))
        assert "a" in refused(readers.read_member, readers.open_archive(path), "a")[1]


def test_unusual_archives(tmp_path):
    path = zipped(tmp_path, ("a", b"x"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert "is not a whole zip archive" in refused(readers.open_archive, path)[1]
    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(encrypted)
    assert "without a password" in refused(readers.open_archive, path)[1]
    assert "an ordinary zip program" in refused(readers.open_archive, zipped(tmp_path, ("a", b""), method=14))[1]
    assert "empty archive" in refused(readers.open_archive, zipped(tmp_path))[1]
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(tmp_path, ("a", b"x"), ("a", b"y"))
    assert "holds 'a' twice" in refused(readers.open_archive, path)[1]


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(tmp_path_factory, data):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"some text, some text")
        archive.writestr("é", b"more")
    damaged = bytearray(content.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))] if data.draw(st.booleans()) else damaged)
    try:
        opened = readers.open_archive(path)
        for name in opened.namelist():
            readers.read_member(opened, name)
    except Unreadable:
        pass
