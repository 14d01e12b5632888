"""What the cells of a topic's row say: its id, the topics before it, its links and their minutes."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

USUAL_MINUTES = 15
"""For a link of which nobody says how long it takes."""

KINDS = {
    "lesson": ("lesson", "text"),
    "reading": ("reading", "text"),
    "article": ("reading", "text"),
    "book": ("reading", "text"),
    "text": ("reading", "text"),
    "website": ("reading", "text"),
    "video": ("video", "video"),
    "audio": ("lesson", "audio"),
    "podcast": ("lesson", "audio"),
    "practice": ("practice", "interactive"),
    "exercise": ("practice", "interactive"),
    "exercises": ("practice", "interactive"),
    "worksheet": ("practice", "text"),
    "game": ("practice", "interactive"),
    "quiz": ("test", "interactive"),
    "test": ("test", "interactive"),
    "exam": ("test", "interactive"),
}
"""What the column Type may say, and the kind and modality that it means."""

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_PART = re.compile(r"\n|;(?=\s|$)|,(?=\s*https?://)")
_VIDEOS = ("youtube.com", "youtu.be", "vimeo.com")
_MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|min|mins|minute|minutes|h|hour|hours)?\.?", re.IGNORECASE)
_NOTHING = {"", "-", "–", "—", "none", "n/a", "no", "nothing"}
_LONGEST = 60
_SUGGESTIONS = 20
"""Looking for neighbours is slow, so only the first unknown names get them."""


def slug(name: str) -> str:
    """A readable id: letters and digits with hyphens between; what these cannot tell apart is told by a checksum."""
    short = "-".join(re.findall(r"[^\W_]+", normal(name).casefold()))
    symbols = any(unicodedata.category(sign)[0] == "S" or sign in "#%&*@" for sign in name)
    if symbols or not short or len(short) > _LONGEST:
        return f"{short[:_LONGEST]}-{sha256(normal(name).encode()).hexdigest()[:6]}".lstrip("-")
    return short


def normal(name: str) -> str:
    """With composed accents and single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


class Names:
    """The ids that names stand for, whatever their case."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._left = _SUGGESTIONS

    def add(self, name: str, id: str) -> None:
        """Let `name` stand for `id`, unless it stands for another already."""
        self._ids.setdefault(normal(name).casefold(), id)

    def id(self, name: str) -> str:
        """What a name stands for. Raises `ValueError` with advice."""
        folded = normal(name).casefold()
        if folded in self._ids:
            return self._ids[folded]
        self._left -= 1
        close = get_close_matches(folded, self._ids, n=1, cutoff=0.7) if self._left >= 0 else []
        hint = f"did you mean {close[0]!r}?" if close else "write it as in its own row, or add a row for it"
        raise ValueError(f"there is no topic {name[:80]!r}; {hint}")

    def parted(self, cell: str) -> Iterator[str]:
        """The names in a cell, parted by line breaks, semicolons or commas; a known name may hold commas itself."""
        for part in re.split(r"[\n;]", cell):
            words = [word.strip() for word in part.split(",")]
            while words:
                name = next((joined for joined in _joined(words) if normal(joined).casefold() in self._ids), words[0])
                words = words[name.count(",") + 1 :]
                if name.casefold() not in _NOTHING:
                    yield name


def _joined(words: list[str]) -> Iterator[str]:
    """Ever fewer of the words, at most ten."""
    return (", ".join(words[:size]) for size in range(min(len(words), 10), 0, -1))


def links(cell: str, type: str, targets: list[str], topic: str) -> Iterator[dict[str, Any]]:
    """Title, address, kind and modality of each part of a cell, once each.

    `targets` are addresses behind the cell's text. Raises `ValueError` for a type that is not known.
    """
    named = type.casefold().strip()
    if named and named not in KINDS:
        raise ValueError(f"the type {type[:40]!r} is not known; write one of {', '.join(KINDS)}")
    seen = set()
    for title, url in _parts(cell, targets):
        if (url or title) in seen:
            continue
        seen.add(url or title)
        kind, modality = KINDS[named] if named else _guess(url)
        yield {"title": title or f"{topic}: {_site(url)}", "url": url, "kind": kind, "modality": modality}


def minutes_of(cell: str) -> float:
    """Minutes, e.g. of "45", "45 min" or "1.5 h". Raises `ValueError`."""
    if not cell:
        return USUAL_MINUTES
    match = _MINUTES.fullmatch(cell)
    if not match:
        raise ValueError(f"minutes must be a number such as 45, or 1.5 h, not {cell[:40]!r}")
    number = float(match[1].replace(",", "."))
    return number * 60 if (match[2] or "").lower().startswith("h") else number


def _parts(cell: str, targets: list[str]) -> Iterator[tuple[str, str]]:
    """Title and address; either may be empty."""
    for part in _PART.split(cell):
        addresses = [address.rstrip(".,;)") for address in _ADDRESS.findall(part)]
        title = _ADDRESS.sub(" ", part).strip(" \t:–-()•")
        if addresses:
            yield from ((title if len(addresses) == 1 else "", address) for address in addresses)
        elif title:
            yield title, next(iter(targets), "")


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") or url


def _guess(url: str) -> tuple[str, str]:
    return ("video", "video") if _site(url).endswith(_VIDEOS) else ("reading", "text")
