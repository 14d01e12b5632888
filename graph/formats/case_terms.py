"""CASE 1.0's words, and how its identifiers, codes and statements stand for ours, both ways."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Object = dict[str, Any]

_ALWAYS = {"identifier", "uri", "lastChangeDateTime"}
SETTINGS = (
    "language",
    "description",
    "creator",
    "publisher",
    "officialSourceURL",
    "version",
    "adoptionStatus",
    "statusStartDate",
    "statusEndDate",
    "notes",
)
"""Fields of a CFDocument that are settings of the course, by the same name."""

DOCUMENT_FIELDS = {*_ALWAYS, *SETTINGS, "title", "subject", "subjectURI", "licenseURI"}
ITEM_FIELDS = {
    *_ALWAYS,
    "fullStatement",
    "alternativeLabel",
    "CFItemType",
    "humanCodingScheme",
    "listEnumeration",
    "abbreviatedStatement",
    "conceptKeywords",
    "conceptKeywordsURI",
    "notes",
    "language",
    "educationLevel",
    "CFItemTypeURI",
    "licenseURI",
    "statusStartDate",
    "statusEndDate",
}
ENDS = ("originNodeURI", "destinationNodeURI")
ASSOCIATION_FIELDS = {*_ALWAYS, *ENDS, "associationType", "sequenceNumber", "CFAssociationGroupingURI"}
LINKS = {"CFDocumentURI", "CFPackageURI", "CFItemAssociationURI", "extensions"}
"""Fields that other shapes and versions of the standard add; they say nothing of their own."""

KEPT = "case"
"""The setting of a course that holds, as JSON, what a package said and the graph has no place for."""

ABOVE = " › "
"""Parts the headings above a point in its domain."""

NOBODY = "unknown"
"""The creator of a course that names none; the standard wants one."""

URN = "urn:uuid:"
LONGEST_NAME = 80
_NO_CODE = re.compile(r"[\s|]+")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def guid(kind: str, key: str) -> str:
    """The identifier of something that never had one: the same for the same key, everywhere."""
    return str(uuid5(NAMESPACE_URL, f"lodestar:{kind}:{key}"))


def between(association: Object) -> tuple[str, str, str]:
    """Type, origin and destination."""
    origin, destination = (association[end]["identifier"] for end in ENDS)
    return association["associationType"], origin, destination


def link(title: str, identifier: str, uri: str) -> Object:
    """A reference as the standard writes it."""
    return {"title": title, "identifier": identifier, "uri": uri}


def licence_link(licence: str) -> Object:
    """The reference to a licence that has only a name, or only an address."""
    identifier = guid("licence", licence)
    return link(licence, identifier, licence if licence.startswith(("http://", "https://")) else URN + identifier)


def slug(text: str) -> str:
    """Text as the readable part of an id; empty where nothing of it is Latin."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NO_SLUG.sub("-", plain).strip("-")[:60].strip("-")


def course_id(document: Object) -> str:
    """The id of a course that comes from elsewhere: its title, or the start of its identifier."""
    return slug(str(document.get("title", ""))) or f"case-{str(document.get('identifier', ''))[:8]}"


def point_ids(course: str, items: Iterable[Object]) -> dict[str, str]:
    """Ids by identifier: the course and the item's code, else its name; where two share it, the identifier too."""
    tails = {item["identifier"]: _tail(item) for item in items}
    seen = Counter(tails.values())
    for identifier, tail in tails.items():
        if not tail or seen[tail] > 1:
            tails[identifier] = _NO_CODE.sub("-", f"{tail or 'point'}-{identifier}")
    return {identifier: f"{course}/{tail}" for identifier, tail in tails.items()}


def _tail(item: Object) -> str:
    code = item.get("humanCodingScheme")
    code = _NO_CODE.sub("-", code.strip()).strip("-") if isinstance(code, str) else ""
    return code[:100] or slug(named(item)[0])


def code(course: str, id: str) -> str:
    """The human coding scheme of a point: its id without the course."""
    return id.removeprefix(f"{course}/")


def named(item: Object) -> tuple[str, str | None]:
    """Name and description: the abbreviated statement names, else the full one, shortened where it is long."""
    full, short = item["fullStatement"].strip(), item.get("abbreviatedStatement")
    if isinstance(short, str) and short.strip():
        return short.strip(), None if short.strip() == full else full
    if len(full) <= LONGEST_NAME:
        return full, None
    return full[: LONGEST_NAME - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…", full


def statements(name: str, description: str | None) -> Object:
    """The statements of an item that reads as this name and description."""
    full: Object = {"fullStatement": description or name}
    return full if named(full) == (name, description) else {**full, "abbreviatedStatement": name}


def level(item: Object) -> str | None:
    """The education levels as one text."""
    levels = item.get("educationLevel")
    return ", ".join(map(str, levels)) if isinstance(levels, list) else levels


def levels(level: str | None) -> Object:
    """The same as a field of an item."""
    return {"educationLevel": level.split(", ")} if level else {}


def without_nulls(value: Any) -> Any:
    """The same without fields that are null: the standard has none."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
