"""Ids out of titles, for forms whose own identifiers nobody can read."""

import re
import unicodedata

_LONGEST = 80
_OTHER = re.compile(r"[\W_]+")


def slug(title: str) -> str:
    """A title as part of an id: letters and digits of any script, in lower case, joined by hyphens; "" of none."""
    whole = unicodedata.normalize("NFKC", title).lower()
    return _OTHER.sub("-", whole).strip("-")[:_LONGEST].rstrip("-")


class Names:
    """Gives ids that have not been given before: the second of a name ends in -2."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def take(self, prefix: str, title: str, otherwise: str) -> str:
        """`prefix` and the slug of `title`, or of `otherwise` where it has no letter."""
        base = name = prefix + (slug(title) or slug(otherwise) or "x")
        while name in self._given:
            self._given[base] += 1
            name = f"{base}-{self._given[base]}"
        self._given[name] = 1
        return name
