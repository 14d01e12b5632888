"""Bounded readers for untrusted files: bytes, UTF-8 text, JSON, XML and zip archives.

What cannot be read raises `Unreadable` with its line and a remedy, at little cost. Every format reads through this
module, so that a limit or a message is the same for all of them.

- Files: limited in size; a byte order mark is dropped.
- JSON: limits of size and depth, errors with their line, and no key twice.
- XML: no DTD and no entities, limits of size, depth and number of elements; every element knows its line.
- Zip: checked by the directory before anything is unpacked (size, number of members, compression ratio, paths),
  unpacked in memory, one member at a time. Archives inside an archive are members like others and are not opened.
"""

import io
import json as standard
import re
import stat
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_FILE_BYTES = 256 * 2**20
"""Largest file that is read, in bytes; the largest course so far takes a tenth."""

MAX_JSON_BYTES = 64 * 2**20
"""Bytes of one document; as values it takes up to thirty times that."""

MAX_DEPTH = 100
"""Levels of lists and objects, of JSON and XML alike; courses use up to ten."""

_JSON_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}\[\]]|\n')
MAX_UNPACKED_BYTES = 256 * 2**20
"""Bytes of all members together."""

MAX_MEMBERS = 20_000
MAX_COMPRESSION_RATIO = 200
"""Of bytes unpacked to packed, for members above `_SMALL_MEMBER_BYTES`; texts and tables of courses stay below 40."""

_SMALL_MEMBER_BYTES = 4 * 2**20
_DIRECTORY_ENTRY = b"PK\x01\x02"
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
_ARCHIVE_ERRORS = (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error)
"""All that zipfile raises on broken archives; UnicodeDecodeError is a ValueError."""

MAX_ELEMENTS = 2_000_000


class Unreadable(Exception):
    """A file, or the rest of it, cannot be read; the text says why and what to do. `line` counts from 1; 0: no line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_bytes(file: Path) -> bytes:
    """Return the bytes of a file. Raises `Unreadable`."""
    try:
        found = file.stat()
        if stat.S_ISDIR(found.st_mode):
            raise Unreadable(0, "is a folder; name a file")
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(0, "is a device or a pipe; save what it gives as a file")
        if found.st_size > MAX_FILE_BYTES:
            raise Unreadable(0, f"is larger than {MAX_FILE_BYTES // 2**20} MiB; split it into several files")
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(0, f"cannot be read ({error.strerror}); check its name and its rights") from error


def read_text(file: Path) -> str:
    """Return the text of a UTF-8 file; a byte order mark is dropped. Raises `Unreadable`."""
    return decode_text(read_bytes(file))


def decode_text(content: bytes) -> str:
    """Return the same of bytes that came out of an archive."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(1, "is UTF-16; save it as UTF-8")
    if b"\0" in content:
        hint = "save it as text in UTF-8"
        raise Unreadable(_line_number(content, content.index(b"\0")), f"is not text: it holds a zero byte; {hint}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        message = f"is not UTF-8 (byte 0x{byte:02x}; Latin-1 perhaps); save it as UTF-8"
        raise Unreadable(_line_number(content, error.start), message) from error


def _line_number(content: bytes, place: int) -> int:
    """Return the line of a byte; lines end in \\n, \\r\\n or \\r."""
    before = content[:place]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def parse_json(content: bytes) -> Any:
    """Return the value of a JSON document in UTF-8. Raises `Unreadable`."""
    text = decode_text(content)
    if len(content) > MAX_JSON_BYTES:
        raise Unreadable(0, f"is a JSON document of more than {MAX_JSON_BYTES // 2**20} MiB; split it")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if error.msg == "depth limit exceeded":
            _find_too_deep(text)
        raise Unreadable(error.lineno, f"is not JSON: {error.msg} at column {error.colno}; mend it there") from error
    if _is_deep(value):
        _find_too_deep(text)
    if _refuse_duplicates(text):
        line, key = next(_find_duplicate(text))
        raise Unreadable(line, f"names the key {key!r} twice in one object; keep one")
    return value


def has_unique_keys(line: str, values: dict[str, Any]) -> bool:
    """Return whether no object in a line of JSON, read as `values`, names a key twice. Quick for a flat object."""
    most = sum(line.count(end) for end in ('":', '" ', '"\t', '"\r'))
    return most <= len(values) or not _refuse_duplicates(line)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        children = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list)))
        level = [inner for inner_values in children for inner in inner_values if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


class _DuplicateKey(Exception):
    pass


def _refuse_duplicates(text: str) -> bool:
    """Return the standard parser shows the keys before they become a dict."""

    def look(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            raise _DuplicateKey

    try:
        standard.loads(text, object_pairs_hook=look, parse_int=len, parse_float=len)
    except _DuplicateKey:
        return True
    return False


def _scan_tokens(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, sign and, where the sign is a key with its colon, the key."""
    line = 1
    for match in _JSON_TOKEN.finditer(text):
        if match[0] == "\n":
            line += 1
        else:
            yield line, match[0], standard.loads(f'"{match[1]}"') if match[2] else None
            line += match[0].count("\n")


def _find_duplicate(text: str) -> Iterator[tuple[int, str]]:
    open_keys: list[set[str]] = []
    for line, sign, key in _scan_tokens(text):
        if sign in ("{", "["):
            open_keys.append(set())
        elif sign in ("}", "]"):
            open_keys.pop()
        elif key is not None:
            if key in open_keys[-1]:
                yield line, key
            open_keys[-1].add(key)


def _find_too_deep(text: str) -> NoReturn:
    depth = Counter[str]()
    for line, sign, _ in _scan_tokens(text):
        depth[sign] += 1
        if depth["{"] + depth["["] - depth["}"] - depth["]"] > MAX_DEPTH:
            raise Unreadable(line, f"is nested more than {MAX_DEPTH} levels deep; no course is, export it once more")
    raise AssertionError("a document is deep or it is not")


def open_archive(path: Path) -> ZipFile:
    """Return the archive at `path`, whose directory keeps all limits. Raises `Unreadable`."""
    packed = read_bytes(path)
    if packed.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
        raise Unreadable(0, f"holds more than {MAX_MEMBERS:,} files; pack only the course")
    try:
        opened = ZipFile(io.BytesIO(packed))
    except _ARCHIVE_ERRORS as error:
        raise Unreadable(0, f"is not a whole zip archive ({error}); copy or export it once more") from error
    _check_archive(opened.infolist())
    return opened


def read_member(archive: ZipFile, name: str) -> bytes:
    """Return the bytes of one member, as many as come out and at most what the directory says. Raises `Unreadable`."""
    try:
        info = archive.getinfo(name)
        with archive.open(info) as packed:
            found = packed.read(info.file_size + 1)
    except KeyError as error:
        raise Unreadable(0, f"holds no {name}; export it once more") from error
    except _ARCHIVE_ERRORS as error:
        raise Unreadable(0, f"cannot be unpacked at {name} ({error}); copy or export it once more") from error
    if len(found) != info.file_size:
        raise Unreadable(0, f"is damaged: {name} is not as long as it says; copy or export it once more")
    return found


def _check_archive(members: list[ZipInfo]) -> None:
    if not members:
        raise Unreadable(0, "is an empty archive; export the course once more")
    total = sum(info.file_size for info in members)
    if total > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // 2**20
        raise Unreadable(0, f"unpacks to {total / 2**20:,.0f} MiB and {limit} are allowed; take out what is no text")
    for info in members:
        _check_member(info)
    [(name, count)] = Counter(info.filename for info in members).most_common(1)
    if count > 1:
        raise Unreadable(0, f"holds {name!r} twice; pack it once more")


def _check_member(info: ZipInfo) -> None:
    name = info.filename
    if _OUTSIDE.search(name) or _OUTSIDE.search(info.orig_filename):
        raise Unreadable(0, f"holds {name!r}, a path that leads out of the archive; pack it once more")
    if info.flag_bits & 1:
        raise Unreadable(0, f"is encrypted ({name}); pack it without a password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable(0, f"is packed in an unusual way ({name}); pack it with an ordinary zip program")
    if info.file_size > _SMALL_MEMBER_BYTES and info.file_size > MAX_COMPRESSION_RATIO * info.compress_size:
        hint = "it may be made to fill the memory; take it out or pack it once more"
        raise Unreadable(0, f"holds {name!r}, which unpacks to over {MAX_COMPRESSION_RATIO} times its size; {hint}")


class XmlElement(Element):
    """An element that knows the line its tag stands on, counted from 1."""

    __slots__ = ("line",)
    line: int


def parse_xml(content: bytes) -> XmlElement:
    """Return the root of a document; tags are `{namespace}name`. Raises `Unreadable`."""
    if len(content) > MAX_JSON_BYTES:
        raise Unreadable(0, f"is an XML document of more than {MAX_JSON_BYTES // 2**20} MiB; split it")
    builder = _TreeBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    builder.expat = parser.parser
    try:
        parser.feed(content)
        root: XmlElement = parser.close()
    except DefusedXmlException as error:
        hint = "it could name other files or grow without end; delete <!DOCTYPE …> and write characters for entities"
        raise Unreadable(builder.line, f"declares a DTD or entities; {hint}") from error
    except ParseError as error:
        what = str(error).partition(": line")[0]
        hint = "write the character itself" if "entity" in what else "export it once more"
        raise Unreadable(error.position[0], f"is not XML: {what}; {hint}") from error
    except (LookupError, ValueError) as error:
        raise Unreadable(1, f"is not XML that can be read ({error}); save it as UTF-8") from error
    return root


class _TreeBuilder(TreeBuilder):
    """Build elements that know their line, and count them."""

    def __init__(self) -> None:
        super().__init__(element_factory=self._node)
        self.expat: Any = None
        self._depth = self._count = 0

    @property
    def line(self) -> int:
        """Where the parser stands."""
        return int(self.expat.CurrentLineNumber)

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(
                self.line, f"is nested more than {MAX_DEPTH} levels deep; no course is, export it once more"
            )
        if self._count > MAX_ELEMENTS:
            raise Unreadable(self.line, f"holds more than {MAX_ELEMENTS:,} elements; split it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def _node(self, tag: str, attrs: dict[str, str]) -> XmlElement:
        node = XmlElement(tag, attrs)
        node.line = self.line
        return node
