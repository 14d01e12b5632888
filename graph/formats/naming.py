"""Ids out of titles, for forms whose own identifiers nobody can read."""

import re

_LONGEST = 80
_OTHER = re.compile(r"[\W_]+")


def slug(title: str) -> str:
    """A title as part of an id: letters and digits of any script, in lower case, joined by hyphens; "" of none."""
    return _OTHER.sub("-", title.lower()).strip("-")[:_LONGEST].rstrip("-")


class Names:
    """Gives ids that have not been given before: the second of a name ends in -2."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, prefix: str, title: str, otherwise: str) -> str:
        """`prefix` and the slug of `title`, or of `otherwise` where it has no letter."""
        base = prefix + (slug(title) or slug(otherwise) or "x")
        number, name = 1, base
        while name in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add(name)
        return name
