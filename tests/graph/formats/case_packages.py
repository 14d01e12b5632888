"""A small CFPackage of the standard's shape, written by hand, and ways to change it."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HOST = "https://frameworks.example.org/ims/case/v1p0"
CHANGED = "2024-03-01T12:00:00+00:00"
DOCUMENT = "0a000000-0000-4000-8000-000000000001"
TYPES = {"Cluster": "0b000000-0000-4000-8000-000000000001", "Standard": "0b000000-0000-4000-8000-000000000002"}
ELSEWHERE = "0f000000-0000-4000-8000-000000000009"


def guid(number: int) -> str:
    """The identifier of the item with this number."""
    return f"0c000000-0000-4000-8000-{number:012}"


def link(title: str, identifier: str, kind: str = "CFItems") -> dict[str, str]:
    return {"title": title, "identifier": identifier, "uri": f"{HOST}/{kind}/{identifier}"}


def item(number: int, code: str, statement: str, type: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": guid(number),
        "uri": f"{HOST}/CFItems/{guid(number)}",
        "fullStatement": statement,
        "humanCodingScheme": code,
        "CFItemType": type,
        "CFItemTypeURI": link(type, TYPES[type], "CFItemTypes"),
        "lastChangeDateTime": CHANGED,
        "CFDocumentURI": link("Ratios", DOCUMENT, "CFDocuments"),
        **more,
    }


def association(number: int, type: str, origin: str, destination: str, **more: Any) -> dict[str, Any]:
    identifier = f"0d000000-0000-4000-8000-{number:012}"
    return {
        "identifier": identifier,
        "uri": f"{HOST}/CFAssociations/{identifier}",
        "associationType": type,
        "originNodeURI": link("origin", origin),
        "destinationNodeURI": link("destination", destination),
        "lastChangeDateTime": CHANGED,
        **more,
    }


LONG = "Solve unit rate problems, those with unit pricing and constant speed among them, and explain each of the steps."

PACKAGE: dict[str, Any] = {
    "CFDocument": {
        "identifier": DOCUMENT,
        "uri": f"{HOST}/CFDocuments/{DOCUMENT}",
        "creator": "Somebody",
        "publisher": "A school",
        "title": "Ratios & Rates",
        "language": "en",
        "subject": ["Mathematics", "Algebra"],
        "licenseURI": link("CC BY 4.0", ELSEWHERE, "CFLicenses"),
        "lastChangeDateTime": CHANGED,
        "CFPackageURI": link("Ratios & Rates", DOCUMENT, "CFPackages"),
    },
    "CFItems": [
        item(1, "RP.A", "Understand ratios", "Cluster", abbreviatedStatement="Ratios"),
        item(2, "RP.B", "Rates", "Cluster"),
        item(3, "RP.A.1", "Understand the concept of a ratio", "Standard", educationLevel=["06"]),
        item(4, "RP.A.2", LONG, "Standard", educationLevel=["06", "07"], conceptKeywords=["rate"]),
        item(5, "RP.A.2a", "Make tables of equivalent ratios", "Standard", abbreviatedStatement="Tables of ratios"),
        item(6, "", "Use percents", "Standard", notes="Optional"),
        item(7, "RP.B.1", "Convert units", "Standard", language="fr"),
    ],
    "CFAssociations": [
        association(1, "isChildOf", guid(1), DOCUMENT, sequenceNumber=1),
        association(2, "isChildOf", guid(2), guid(1), sequenceNumber=2),
        association(3, "isChildOf", guid(3), guid(1), sequenceNumber=1),
        association(4, "isChildOf", guid(4), guid(1)),
        association(5, "isChildOf", guid(5), guid(4)),
        association(6, "isChildOf", guid(6), guid(2)),
        association(7, "isChildOf", guid(7), guid(2)),
        association(8, "isChildOf", guid(7), DOCUMENT),
        association(11, "precedes", guid(3), guid(4)),
        association(12, "precedes", guid(4), guid(7)),
        association(13, "isRelatedTo", guid(3), guid(6)),
        association(14, "exactMatchOf", guid(3), ELSEWHERE),
    ],
    "CFDefinitions": {
        "CFItemTypes": [
            {**link(title, identifier, "CFItemTypes"), "description": title, "hierarchyCode": "1"}
            for title, identifier in TYPES.items()
        ]
    },
}


def package(**changed: Any) -> dict[str, Any]:
    """The package with other parts."""
    return copy.deepcopy({**PACKAGE, **changed})


def changed(path: str, value: Any) -> dict[str, Any]:
    """The package with another value at a dotted path, e.g. CFItems.2.fullStatement; ... takes it away."""
    found = package()
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    inner: Any = found
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return found


def write(folder: Path, content: Any, name: str = "ratios.json") -> Path:
    """The package as a file; text as it is."""
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
    return file


_NAMES = st.sampled_from(["Number", "Ratios", "A › B", "Zähler", "数", "x" * 90, LONG])


@st.composite
def packages(draw) -> dict[str, Any]:
    """Any package without circles: headings in headings, points under points, codes and names that repeat."""
    size = draw(st.integers(1, 8))
    items, associations = [], []
    for number in range(size):
        more = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "abbreviatedStatement": _NAMES,
                    "educationLevel": st.lists(st.sampled_from(["01", "02"]), min_size=1, max_size=2),
                    "language": st.just("fr"),
                    "notes": _NAMES,
                    "listEnumeration": _NAMES,
                },
            )
        )
        code, type = draw(st.sampled_from(["", "N", "N.1", "N 2", "|"])), draw(st.sampled_from(sorted(TYPES)))
        each = item(number, code, draw(_NAMES), type, **more)
        for name in draw(st.sets(st.sampled_from(["CFItemType", "CFItemTypeURI", "uri"]))):
            del each[name]
        items.append(each)
    kinds = st.sampled_from(["isChildOf", "isChildOf", "precedes", "isRelatedTo", "exactMatchOf", "exemplar"])
    pairs = draw(st.sets(st.tuples(st.integers(-2, size - 1), st.integers(0, size - 1), kinds), max_size=14))
    for number, (low, high, kind) in enumerate(sorted(pairs)):
        if low < high:
            ends = {-2: ELSEWHERE, -1: DOCUMENT}
            first, last = ends.get(low, guid(low)), guid(high)
            first, last = (last, first) if kind == "isChildOf" else (first, last)
            if low != -2 or kind != "isChildOf":
                more = draw(st.fixed_dictionaries({}, optional={"sequenceNumber": st.integers(0, 3)}))
                associations.append(association(number, kind, first, last, **more))
    return package(CFItems=items, CFAssociations=associations)
