"""Zip archives: judged by their directory before anything is unpacked, unpacked in memory, one member at a time.

Archives inside an archive are members like others and are not opened.
"""

import io
import re
import zlib
from collections import Counter
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from graph.reading.files import Unreadable, content

MOST_UNPACKED = 256 * 2**20
"""Bytes of all members together."""

MOST_MEMBERS = 20_000

MOST_RATIO = 200
"""Of bytes unpacked to packed, for members above `_SMALL`; texts and tables of courses stay below 40."""

_SMALL = 4 * 2**20
_ENTRY = b"PK\x01\x02"
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
_BROKEN = (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error)
"""All that zipfile raises on broken archives; UnicodeDecodeError is a ValueError."""


def archive(path: Path) -> ZipFile:
    """The archive at `path`, whose directory keeps all limits. Raises `Unreadable`."""
    packed = content(path)
    if packed.count(_ENTRY) > MOST_MEMBERS:
        raise Unreadable(0, f"holds more than {MOST_MEMBERS:,} files; pack only the course")
    try:
        opened = ZipFile(io.BytesIO(packed))
    except _BROKEN as error:
        raise Unreadable(0, f"is not a whole zip archive ({error}); copy or export it once more") from error
    _judge(opened.infolist())
    return opened


def member(archive: ZipFile, name: str) -> bytes:
    """The bytes of one member, as many as come out and at most what the directory says. Raises `Unreadable`."""
    try:
        info = archive.getinfo(name)
        with archive.open(info) as packed:
            found = packed.read(info.file_size + 1)
    except KeyError as error:
        raise Unreadable(0, f"holds no {name}; export it once more") from error
    except _BROKEN as error:
        raise Unreadable(0, f"cannot be unpacked at {name} ({error}); copy or export it once more") from error
    if len(found) != info.file_size:
        raise Unreadable(0, f"is damaged: {name} is not as long as it says; copy or export it once more")
    return found


def _judge(members: list[ZipInfo]) -> None:
    if not members:
        raise Unreadable(0, "is an empty archive; export the course once more")
    total = sum(info.file_size for info in members)
    if total > MOST_UNPACKED:
        limit = MOST_UNPACKED // 2**20
        raise Unreadable(0, f"unpacks to {total / 2**20:,.0f} MiB and {limit} are allowed; take out what is no text")
    for info in members:
        _judge_member(info)
    [(name, count)] = Counter(info.filename for info in members).most_common(1)
    if count > 1:
        raise Unreadable(0, f"holds {name!r} twice; pack it once more")


def _judge_member(info: ZipInfo) -> None:
    name = info.filename
    if _OUTSIDE.search(name) or _OUTSIDE.search(info.orig_filename):
        raise Unreadable(0, f"holds {name!r}, a path that leads out of the archive; pack it once more")
    if info.flag_bits & 1:
        raise Unreadable(0, f"is encrypted ({name}); pack it without a password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable(0, f"is packed in an unusual way ({name}); pack it with an ordinary zip program")
    if info.file_size > _SMALL and info.file_size > MOST_RATIO * info.compress_size:
        hint = "it may be made to fill the memory; take it out or pack it once more"
        raise Unreadable(0, f"holds {name!r}, which unpacks to over {MOST_RATIO} times its size; {hint}")
