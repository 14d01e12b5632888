"""Courses as CASE 1.0 frameworks (1EdTech), object by object, and the standard's schemas.

The schemas follow the standard's OpenAPI definition: no other fields, and no field without a value.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from graph.errors import Invalid
from graph.formats.case.vocabulary import DOCUMENT_FIELDS, JsonObject, make_link
from graph.formats.case.writer import CaseFramework
from services.context import AppContext

DOCUMENT_FIELD_NAMES = DOCUMENT_FIELDS | {"CFPackageURI"}


@dataclass(frozen=True)
class DocumentQuery:
    """Which documents are asked for and which of their fields; without `fields` all."""

    limit: int = 100
    offset: int = 0
    sort: str | None = None
    descending: bool = False
    fields: str | None = None
    filter: str | None = None


async def list_documents(context: AppContext, host: str, page: DocumentQuery) -> tuple[list[JsonObject], int]:
    """A page of the documents, and how many there are. Raises `Invalid` for a filter, and for unknown fields."""
    if page.filter:
        raise Invalid("Filters are not served; ask for all and choose among them.", "filter")
    fields = [name.strip() for name in (page.fields or "").split(",") if name.strip()]
    _check_names("fields", fields)
    _check_names("sort", [page.sort] if page.sort else [])
    held = await context.frameworks.get(context.graph, host)
    found = [_make_document(each, host) for each in held.documents.values()]
    if page.sort is not None:
        found.sort(key=lambda document: str(document.get(str(page.sort), "")), reverse=page.descending)
    chosen = found[page.offset : page.offset + page.limit]
    return [{name: each[name] for name in each if not fields or name in fields} for each in chosen], len(found)


async def get_document(context: AppContext, host: str, identifier: str) -> JsonObject:
    """A CFDocument. Raises `NotFound`, as all here do."""
    held = await context.frameworks.get(context.graph, host)
    return _make_document(held.find("CFDocument", identifier), host)


async def get_package(context: AppContext, host: str, identifier: str) -> JsonObject:
    """The CFPackage of a document."""
    held = await context.frameworks.get(context.graph, host)
    return held.find("CFDocument", identifier).package()


async def get_item(context: AppContext, host: str, identifier: str) -> JsonObject:
    """A CFItem: a point, or a heading of the tree."""
    held = await context.frameworks.get(context.graph, host)
    found = held.find("CFItem", identifier)
    return _add_document_link(found, found.items[identifier])


async def get_association(context: AppContext, host: str, identifier: str) -> JsonObject:
    """A CFAssociation."""
    held = await context.frameworks.get(context.graph, host)
    found = held.find("CFAssociation", identifier)
    return _add_document_link(found, found.associations[identifier])


async def get_item_associations(context: AppContext, host: str, identifier: str) -> JsonObject:
    """A CFItem with every association that it is an end of."""
    held = await context.frameworks.get(context.graph, host)
    found = held.find("CFItem", identifier)
    related = [held.find("CFAssociation", each).associations[each] for each in held.related[identifier]]
    return {"CFItem": _add_document_link(found, found.items[identifier]), "CFAssociations": related}


def _make_document(found: CaseFramework, host: str) -> JsonObject:
    document = found.document
    package = make_link(document["title"], document["identifier"], f"{host}/CFPackages/{document['identifier']}")
    return {**document, "CFPackageURI": package}


def _add_document_link(found: CaseFramework, values: JsonObject) -> JsonObject:
    document = found.document
    return {**values, "CFDocumentURI": make_link(document["title"], document["identifier"], document["uri"])}


def _check_names(parameter: str, names: list[str]) -> None:
    for name in names:
        if name not in DOCUMENT_FIELD_NAMES:
            raise Invalid(
                f"A CFDocument has no field {name!r}; it has {', '.join(sorted(DOCUMENT_FIELD_NAMES))}.", parameter
            )


Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
AssociationType = Literal[
    "isChildOf",
    "isPeerOf",
    "isPartOf",
    "exactMatchOf",
    "precedes",
    "isRelatedTo",
    "replacedBy",
    "exemplar",
    "hasSkillLevel",
]
CodeMinor = Literal[
    "fullsuccess",
    "invalid_sort_field",
    "invalid_selection_field",
    "forbidden",
    "unauthorisedrequest",
    "internal_server_error",
    "unknownobject",
    "server_busy",
    "invaliduuid",
]


class _CaseModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LinkGenURI(_CaseModel):
    """A reference to anything."""

    title: str
    identifier: str
    uri: str


class LinkURI(LinkGenURI):
    """A reference to an object of CASE."""

    identifier: Uuid


class CFPckgDocument(_CaseModel):
    """A course, within a package."""

    identifier: Uuid
    uri: str
    creator: str
    title: str
    lastChangeDateTime: str
    officialSourceURL: str = ""
    publisher: str = ""
    description: str = ""
    subject: list[str] = []
    subjectURI: list[LinkURI] = []
    language: str = ""
    version: str = ""
    adoptionStatus: str = ""
    statusStartDate: str = ""
    statusEndDate: str = ""
    licenseURI: LinkURI | None = None
    notes: str = ""


class CFDocument(CFPckgDocument):
    """A course."""

    CFPackageURI: LinkURI


class CFPckgItem(_CaseModel):
    """A knowledge point, or a heading of the tree, within a package."""

    identifier: Uuid
    fullStatement: str
    uri: str
    lastChangeDateTime: str
    alternativeLabel: str = ""
    CFItemType: str = ""
    humanCodingScheme: str = ""
    listEnumeration: str = ""
    abbreviatedStatement: str = ""
    conceptKeywords: list[str] = []
    conceptKeywordsURI: LinkURI | None = None
    notes: str = ""
    language: str = ""
    educationLevel: list[str] = []
    CFItemTypeURI: LinkURI | None = None
    licenseURI: LinkURI | None = None
    statusStartDate: str = ""
    statusEndDate: str = ""


class CFItem(CFPckgItem):
    """A knowledge point, or a heading of the tree."""

    CFDocumentURI: LinkURI


class CFPckgAssociation(_CaseModel):
    """A prerequisite, a place in the tree, an exemplar, or a link to another framework, within a package."""

    identifier: Uuid
    associationType: AssociationType
    uri: str
    originNodeURI: LinkGenURI
    destinationNodeURI: LinkGenURI
    lastChangeDateTime: str
    sequenceNumber: int = 0
    CFAssociationGroupingURI: LinkURI | None = None


class CFAssociation(CFPckgAssociation):
    """The same by itself."""

    CFDocumentURI: LinkURI


class CFDocumentSet(_CaseModel):
    """A page of documents."""

    CFDocuments: list[CFDocument]


class CFAssociationSet(_CaseModel):
    """An item and all that it is associated with."""

    CFItem: CFItem
    CFAssociations: list[CFPckgAssociation]


class CFPackage(_CaseModel):
    """A whole course: its document, its points and headings, and how they hang together."""

    CFDocument: CFPckgDocument
    CFItems: list[CFPckgItem] = []
    CFAssociations: list[CFPckgAssociation] = []
    CFDefinitions: dict[str, list[dict[str, object]]] = {}
    CFRubrics: list[dict[str, object]] = []


class CodeMinorField(_CaseModel):
    """What went wrong, and where."""

    imsx_codeMinorFieldName: str
    imsx_codeMinorFieldValue: CodeMinor


class CodeMinors(_CaseModel):
    """All that went wrong."""

    imsx_codeMinorField: list[CodeMinorField]


class StatusInfo(_CaseModel):
    """Every error's body (imsx_StatusInfo)."""

    imsx_codeMajor: Literal["success", "processing", "failure", "unsupported"]
    imsx_severity: Literal["status", "warning", "error"]
    imsx_description: str = ""
    imsx_codeMinor: CodeMinors | None = None
