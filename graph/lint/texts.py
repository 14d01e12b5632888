"""What can be told of a single text: whether it was damaged, what it says in plain, which level it names."""

import re
from typing import NamedTuple

LETTER = r"\u00C0-\u1FFF\u3040-\uD7FF"
BROKEN = "|".join(
    [
        r"[\uFFFD\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uD800-\uDFFF]",
        r"Ã[\u00A0-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC"
        r"\u2013-\u2022\u2026\u2030\u2039\u203A\u20AC\u2122]",
        r"Â[\u00A0-\u00BF]",
        "â€",
        "ï»¿",
        "ðŸ",
        rf"(?:^|[A-Za-z{LETTER}])\?[{LETTER}]",
        r"^#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!)$",
        r"^ *\?[? ]*$",
        r"^[ \t\n\r\u00A0\u3000]+$",
    ]
)
"""Replacement signs and control characters; UTF-8 read as Windows-1252; a letter lost to ?; a spreadsheet's error; only
question marks; only blanks. The query lint/broken_text looks for the same."""

_BROKEN = re.compile(BROKEN)
_BLANKS = str.maketrans("\t\n\u00a0", "   ")
_CEFR = re.compile(r"([ABC])([12])(?:\.([0-9]+)|\+)?")
_NUMBER = re.compile(r"(?:(GRADE|YEAR|LEVEL|STAGE|CLASS) )?([0-9]+(?:\.[0-9]+)?)")


class Level(NamedTuple):
    """A place on a scale; only places of one scale are compared, and parts only where both have one."""

    scale: str
    height: float
    part: int | None

    def above(self, other: "Level") -> bool:
        """Whether this one is certainly the higher."""
        if self.scale != other.scale or self.height != other.height:
            return self.scale == other.scale and self.height > other.height
        return self.part is not None and other.part is not None and self.part > other.part


def broken(text: object) -> bool:
    """Whether a text, or one of a list of texts, was damaged on its way."""
    texts = text if isinstance(text, (list, tuple)) else [text]
    return any(isinstance(each, str) and _BROKEN.search(each) is not None for each in texts)


def plain(text: object) -> tuple[str, ...]:
    """The words of a title without case and blanks."""
    return tuple(word for word in str(text or "").lower().translate(_BLANKS).split(" ") if word)


def level(word: str) -> Level | None:
    """The level that an upper-case word names, e.g. B1, A2.1, A2+, 3, GRADE 3; None for another."""
    if found := _CEFR.fullmatch(word):
        part = int(found[3]) if found[3] else None
        return Level("CEFR", "ABC".index(found[1]) * 2 + int(found[2]), part)
    if found := _NUMBER.fullmatch(word):
        return Level(found[1] or "", float(found[2]), None)
    return None
