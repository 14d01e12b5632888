"""The terms of CASE 1.0, and its identifiers, codes and statements as Lodestar's ids and names, both ways."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

JsonObject = dict[str, Any]

_COMMON_FIELDS = {"identifier", "uri", "lastChangeDateTime"}
SETTING_FIELDS = (
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

DOCUMENT_FIELDS = {*_COMMON_FIELDS, *SETTING_FIELDS, "title", "subject", "subjectURI", "licenseURI"}
ITEM_FIELDS = {
    *_COMMON_FIELDS,
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
ASSOCIATION_ENDS = ("originNodeURI", "destinationNodeURI")
ASSOCIATION_FIELDS = {
    *_COMMON_FIELDS,
    *ASSOCIATION_ENDS,
    "associationType",
    "sequenceNumber",
    "CFAssociationGroupingURI",
}
IGNORED_FIELDS = {"CFDocumentURI", "CFPackageURI", "CFItemAssociationURI", "extensions"}
"""Fields that other shapes and versions of the standard add; they say nothing of their own."""

CASE_SETTING = "case"
"""The setting of a course that holds, as JSON, what a package said and the graph has no place for."""

HEADING_SEPARATOR = " › "
"""Parts the headings above a point in its domain."""

UNKNOWN_CREATOR = "unknown"
"""The creator of a course that names none; the standard wants one."""

URN_PREFIX = "urn:uuid:"
MAX_NAME_LENGTH = 80
_NON_CODE = re.compile(r"[\s|]+")
_NON_SLUG = re.compile(r"[^a-z0-9]+")


def make_guid(kind: str, key: str) -> str:
    """Return the identifier of something that never had one: the same for the same key, everywhere."""
    return str(uuid5(NAMESPACE_URL, f"lodestar:{kind}:{key}"))


def association_key(association: JsonObject) -> tuple[str, str, str]:
    """Return type, origin and destination."""
    origin, destination = (association[end]["identifier"] for end in ASSOCIATION_ENDS)
    return association["associationType"], origin, destination


def make_link(title: str, identifier: str, uri: str) -> JsonObject:
    """Return a reference as the standard writes it."""
    return {"title": title, "identifier": identifier, "uri": uri}


def make_licence_link(licence: str) -> JsonObject:
    """Return the reference to a licence that has only a name, or only an address."""
    identifier = make_guid("licence", licence)
    return make_link(
        licence, identifier, licence if licence.startswith(("http://", "https://")) else URN_PREFIX + identifier
    )


def make_latin_slug(text: str) -> str:
    """Return text as the readable part of an id; empty where nothing of it is Latin."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NON_SLUG.sub("-", plain).strip("-")[:60].strip("-")


def make_course_id(document: JsonObject) -> str:
    """Return the id of a course that comes from elsewhere: its title, or the start of its identifier."""
    return make_latin_slug(str(document.get("title", ""))) or f"case-{str(document.get('identifier', ''))[:8]}"


def make_point_ids(course: str, items: Iterable[JsonObject]) -> dict[str, str]:
    """Return ids by identifier: the course and the item's code or name, with the identifier where two share it."""
    tails = {item["identifier"]: _point_id_tail(item) for item in items}
    seen = Counter(tails.values())
    for identifier, tail in tails.items():
        if not tail or seen[tail] > 1:
            tails[identifier] = _NON_CODE.sub("-", f"{tail or 'point'}-{identifier}")
    return {identifier: f"{course}/{tail}" for identifier, tail in tails.items()}


def _point_id_tail(item: JsonObject) -> str:
    code = item.get("humanCodingScheme")
    code = _NON_CODE.sub("-", code.strip()).strip("-") if isinstance(code, str) else ""
    return code[:100] or make_latin_slug(name_and_description(item)[0])


def coding_scheme_of(course: str, id: str) -> str:
    """Return the human coding scheme of a point: its id without the course."""
    return id.removeprefix(f"{course}/")


def name_and_description(item: JsonObject) -> tuple[str, str | None]:
    """Return name and description: the abbreviated statement names, else the full one, shortened where it is long."""
    full, short = item["fullStatement"].strip(), item.get("abbreviatedStatement")
    if isinstance(short, str) and short.strip():
        return short.strip(), None if short.strip() == full else full
    if len(full) <= MAX_NAME_LENGTH:
        return full, None
    return full[: MAX_NAME_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…", full


def make_statements(name: str, description: str | None) -> JsonObject:
    """Return the statements of an item that reads as this name and description."""
    full: JsonObject = {"fullStatement": description or name}
    return full if name_and_description(full) == (name, description) else {**full, "abbreviatedStatement": name}


def join_levels(item: JsonObject) -> str | None:
    """Return the education levels as one text."""
    levels = item.get("educationLevel")
    return ", ".join(map(str, levels)) if isinstance(levels, list) else levels


def split_levels(level: str | None) -> JsonObject:
    """Return the same as a field of an item."""
    return {"educationLevel": level.split(", ")} if level else {}


def drop_nulls(value: Any) -> Any:
    """Return the same without fields that are null: the standard has none."""
    if isinstance(value, dict):
        return {name: drop_nulls(each) for name, each in value.items() if each is not None}
    return [drop_nulls(each) for each in value] if isinstance(value, list) else value
