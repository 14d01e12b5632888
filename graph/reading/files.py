"""Whole files as bytes or text, within a limit."""

import stat
from pathlib import Path

MOST_BYTES = 256 * 2**20
"""Largest file that is read, in bytes; the largest course so far takes a tenth."""


class Unreadable(Exception):
    """A file, or the rest of it, cannot be read; the text says why and what to do. `line` counts from 1; 0: no line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def content(file: Path) -> bytes:
    """The bytes of a file. Raises `Unreadable`."""
    try:
        found = file.stat()
        if stat.S_ISDIR(found.st_mode):
            raise Unreadable(0, "is a folder; name a file")
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(0, "is a device or a pipe; save what it gives as a file")
        if found.st_size > MOST_BYTES:
            raise Unreadable(0, f"is larger than {MOST_BYTES // 2**20} MiB; split it into several files")
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(0, f"cannot be read ({error.strerror}); check its name and its rights") from error


def text(file: Path) -> str:
    """The text of a UTF-8 file; a byte order mark is dropped. Raises `Unreadable`."""
    return decoded(content(file))


def decoded(content: bytes) -> str:
    """The same of bytes that came out of an archive."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(1, "is UTF-16; save it as UTF-8")
    if b"\0" in content:
        hint = "save it as text in UTF-8"
        raise Unreadable(_line(content, content.index(b"\0")), f"is not text: it holds a zero byte; {hint}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        message = f"is not UTF-8 (byte 0x{byte:02x}; Latin-1 perhaps); save it as UTF-8"
        raise Unreadable(_line(content, error.start), message) from error


def _line(content: bytes, place: int) -> int:
    """The line of a byte; lines end in \\n, \\r\\n or \\r."""
    before = content[:place]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
