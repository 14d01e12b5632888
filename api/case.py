"""The courses as CASE 1.0 frameworks, object by object, as other tools ask for them."""

from dataclasses import dataclass

from api.loop import Loop
from graph.errors import Invalid
from graph.formats.case_framework import Framework
from graph.formats.case_terms import DOCUMENT_FIELDS, Object, link

DOCUMENT = DOCUMENT_FIELDS | {"CFPackageURI"}


@dataclass(frozen=True)
class Page:
    """Which documents are asked for and which of their fields; without `fields` all."""

    limit: int = 100
    offset: int = 0
    sort: str | None = None
    descending: bool = False
    fields: str | None = None
    filter: str | None = None


async def documents(loop: Loop, host: str, page: Page) -> tuple[list[Object], int]:
    """A page of the documents, and how many there are. Raises `Invalid` for a filter, and for unknown fields."""
    if page.filter:
        raise Invalid("Filters are not served; ask for all and choose among them.", "filter")
    fields = [name.strip() for name in (page.fields or "").split(",") if name.strip()]
    _check_names("fields", fields)
    _check_names("sort", [page.sort] if page.sort else [])
    held = await loop.frameworks.get(loop.graph, host)
    found = [_document(each, host) for each in held.documents.values()]
    if page.sort is not None:
        found.sort(key=lambda document: str(document.get(str(page.sort), "")), reverse=page.descending)
    chosen = found[page.offset : page.offset + page.limit]
    return [{name: each[name] for name in each if not fields or name in fields} for each in chosen], len(found)


async def document(loop: Loop, host: str, identifier: str) -> Object:
    """A CFDocument. Raises `NotFound`, as all here do."""
    held = await loop.frameworks.get(loop.graph, host)
    return _document(held.find("CFDocument", identifier), host)


async def package(loop: Loop, host: str, identifier: str) -> Object:
    """The CFPackage of a document."""
    held = await loop.frameworks.get(loop.graph, host)
    return held.find("CFDocument", identifier).package()


async def item(loop: Loop, host: str, identifier: str) -> Object:
    """A CFItem: a point, or a heading of the tree."""
    held = await loop.frameworks.get(loop.graph, host)
    found = held.find("CFItem", identifier)
    return _in_document(found, found.items[identifier])


async def association(loop: Loop, host: str, identifier: str) -> Object:
    """A CFAssociation."""
    held = await loop.frameworks.get(loop.graph, host)
    found = held.find("CFAssociation", identifier)
    return _in_document(found, found.associations[identifier])


async def item_associations(loop: Loop, host: str, identifier: str) -> Object:
    """A CFItem with every association that it is an end of."""
    held = await loop.frameworks.get(loop.graph, host)
    found = held.find("CFItem", identifier)
    related = [held.find("CFAssociation", each).associations[each] for each in held.related[identifier]]
    return {"CFItem": _in_document(found, found.items[identifier]), "CFAssociations": related}


def _document(found: Framework, host: str) -> Object:
    document = found.document
    package = link(document["title"], document["identifier"], f"{host}/CFPackages/{document['identifier']}")
    return {**document, "CFPackageURI": package}


def _in_document(found: Framework, values: Object) -> Object:
    document = found.document
    return {**values, "CFDocumentURI": link(document["title"], document["identifier"], document["uri"])}


def _check_names(parameter: str, names: list[str]) -> None:
    for name in names:
        if name not in DOCUMENT:
            raise Invalid(f"A CFDocument has no field {name!r}; it has {', '.join(sorted(DOCUMENT))}.", parameter)
