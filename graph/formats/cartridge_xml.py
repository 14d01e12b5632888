"""The documents of a Common Cartridge 1.3 as other programs read them: manifest, pages, web links."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element

from graph.course import Course
from graph.formats.packing import document, element, markup, named
from graph.formats.plain import blocks

ASSESSMENT = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
PAGE = "webcontent"
LINK = "imswl_xmlv1p3"
SUPPORT = "associatedcontent/imscc_xmlv1p3/learning-application-resource"

_NAMES = {
    "xmlns": "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1",
    "xmlns:lomimscc": "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest",
}
_LINK_NAMES = {"xmlns": "http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"}


class Module(NamedTuple):
    """A module of the organization: (identifier of a resource, title) of each of its items."""

    identifier: str
    title: str
    items: tuple[tuple[str, str], ...]


class Stored(NamedTuple):
    """A resource and its one file."""

    identifier: str
    type: str
    file: str


def manifest(course: Course, modules: Iterable[Module], resources: Iterable[Stored]) -> bytes:
    """imsmanifest.xml."""
    root = element("item", {"identifier": "modules"}, *map(_module, modules))
    hierarchy = {"identifier": "organization", "structure": "rooted-hierarchy"}
    return document(
        element(
            "manifest",
            {"identifier": "cartridge", **_NAMES},
            _metadata(course),
            element("organizations", None, element("organization", hierarchy, root)),
            element("resources", None, *map(_resource, resources)),
        )
    )


def page(title: str, text: str | None) -> bytes:
    """A page of a resource's text."""
    head = element("head", None, element("meta", {"charset": "utf-8"}), element("title", None, title))
    body = element("body", None, *(blocks(text) if text else ()))
    return f"<!DOCTYPE html>\n{markup(element('html', None, head, body))}\n".encode()


def web_link(title: str, url: str) -> bytes:
    """A link to the web."""
    return document(element("webLink", _LINK_NAMES, element("title", None, title), element("url", {"href": url})))


def _metadata(course: Course) -> Element:
    language = course.settings.get("language")
    general = [_said("title", course.title, language)]
    if language:
        general.append(element("lomimscc:language", None, str(language)))
    if course.settings.get("description"):
        general.append(_said("description", course.settings["description"], language))
    about = [element("lomimscc:general", None, *general)]
    if course.settings.get("licence"):
        restricted = element("lomimscc:copyrightAndOtherRestrictions", None, element("lomimscc:value", None, "yes"))
        about.append(
            element("lomimscc:rights", None, restricted, _said("description", course.settings["licence"], None))
        )
    return element(
        "metadata",
        None,
        element("schema", None, "IMS Common Cartridge"),
        element("schemaversion", None, "1.3.0"),
        element("lomimscc:lom", None, *about),
    )


def _said(name: str, text: object, language: object) -> Element:
    string = element("lomimscc:string", named({"language": language}), str(text))
    return element(f"lomimscc:{name}", None, string)


def _module(module: Module) -> Element:
    items = [
        element(
            "item",
            {"identifier": f"{module.identifier}-{number}", "identifierref": resource},
            element("title", None, title),
        )
        for number, (resource, title) in enumerate(module.items, 1)
    ]
    return element("item", {"identifier": module.identifier}, element("title", None, module.title), *items)


def _resource(stored: Stored) -> Element:
    href = {"href": stored.file} if stored.type in (PAGE, SUPPORT) else {}
    attributes = {"identifier": stored.identifier, "type": stored.type, **href}
    return element("resource", attributes, element("file", {"href": stored.file}))
