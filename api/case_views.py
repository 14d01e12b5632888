"""The shapes of CASE 1.0, as its OpenAPI definition has them: no other fields, and no field without a value."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LinkGenURI(_Shape):
    """A reference to anything."""

    title: str
    identifier: str
    uri: str


class LinkURI(LinkGenURI):
    """A reference to an object of CASE."""

    identifier: Uuid


class CFPckgDocument(_Shape):
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


class CFPckgItem(_Shape):
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


class CFPckgAssociation(_Shape):
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


class CFDocumentSet(_Shape):
    """A page of documents."""

    CFDocuments: list[CFDocument]


class CFAssociationSet(_Shape):
    """An item and all that it is associated with."""

    CFItem: CFItem
    CFAssociations: list[CFPckgAssociation]


class CFPackage(_Shape):
    """A whole course: its document, its points and headings, and how they hang together."""

    CFDocument: CFPckgDocument
    CFItems: list[CFPckgItem] = []
    CFAssociations: list[CFPckgAssociation] = []
    CFDefinitions: dict[str, list[dict[str, object]]] = {}
    CFRubrics: list[dict[str, object]] = []


class CodeMinorField(_Shape):
    """What went wrong, and where."""

    imsx_codeMinorFieldName: str
    imsx_codeMinorFieldValue: CodeMinor


class CodeMinors(_Shape):
    """All that went wrong."""

    imsx_codeMinorField: list[CodeMinorField]


class StatusInfo(_Shape):
    """Every error's body (imsx_StatusInfo)."""

    imsx_codeMajor: Literal["success", "processing", "failure", "unsupported"]
    imsx_severity: Literal["status", "warning", "error"]
    imsx_description: str = ""
    imsx_codeMinor: CodeMinors | None = None
