"""Write items as QTI: assessments of QTI 1.2 in the profile of Common Cartridge, and packages of QTI 2.1.

Other programs see a question for each active item, with the names of its points as subjects. Everything else, the other
tables of the course too, is in `lodestar.jsonl`, see `graph.formats.ims.companion`. The position of the right answer
among the choices depends on the item's id, so that it is not always the first and is the same in every export.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element
from zlib import crc32

from graph.courses.records import CourseRecord, ItemRecord
from graph.formats.html import text_to_xhtml
from graph.formats.ims.companion import render_companion
from graph.formats.ims.packages import (
    COMPANION_FILE,
    MANIFEST_FILE,
    make_attributes,
    make_element,
    render_document,
    render_element,
    write_package,
)
from graph.formats.ims.qti_reader import values_of_members

_QTI_1_NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_QTI_2_NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_MATCH_CORRECT = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
_RESPONSE = "RESPONSE"

_MANIFEST_NAMESPACES = {"xmlns": "http://www.imsglobal.org/xsd/imscp_v1p1", "xmlns:lom": "http://ltsc.ieee.org/xsd/LOM"}


def render_assessment(ident: str, title: str, items: Iterable[tuple[str, ItemRecord]]) -> Element:
    """Return a QTI 1.2 document: an assessment of items with their identifiers."""
    profile = {"cc_profile": "cc.exam.v0p1", "qmd_assessmenttype": "Examination", "qmd_scoretype": "Percentage"}
    section = make_element("section", {"ident": "root_section"}, *(_item_element(name, item) for name, item in items))
    about = make_element("assessment", {"ident": ident, "title": title}, _metadata_element(profile), section)
    return make_element("questestinterop", {"xmlns": _QTI_1_NAMESPACE}, about)


def render_assessment_item(ident: str, title: str, item: ItemRecord) -> Element:
    """Return a QTI 2.1 document of one question."""
    choices = _order_choices(item)
    right = next(name for name, text in choices if text == item.answer)
    answers = [make_element("simpleChoice", {"identifier": name}, *_inline_or_blocks(text)) for name, text in choices]
    asked = {"responseIdentifier": _RESPONSE, "shuffle": "true", "maxChoices": "1"}
    correct = make_element("correctResponse", None, make_element("value", None, right))
    response = {"identifier": _RESPONSE, "cardinality": "single", "baseType": "identifier"}
    attributes = {"identifier": ident, "title": title, "adaptive": "false", "timeDependent": "false"}
    return make_element(
        "assessmentItem",
        {"xmlns": _QTI_2_NAMESPACE, **attributes},
        make_element("responseDeclaration", response, correct),
        make_element("outcomeDeclaration", {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}),
        make_element("itemBody", None, *text_to_xhtml(item.prompt), make_element("choiceInteraction", asked, *answers)),
        make_element("responseProcessing", {"template": _MATCH_CORRECT}),
    )


def _order_choices(item: ItemRecord) -> list[tuple[str, str]]:
    """Return the identifiers and texts of the choices in the order shown."""
    texts = list(item.distractors)
    texts.insert(crc32(item.id.encode()) % (len(texts) + 1), item.answer)
    return [(f"choice_{number}", text) for number, text in enumerate(texts, 1)]


def _inline_or_blocks(text: str) -> tuple[Element | str, ...]:
    """Return a short text as it is, a longer one in blocks."""
    made = text_to_xhtml(text)
    return (text,) if len(made) == 1 and made[0].tag == "p" and not len(made[0]) else tuple(made)


def _item_element(ident: str, item: ItemRecord) -> Element:
    choices = _order_choices(item)
    right = next(name for name, text in choices if text == item.answer)
    labels = [make_element("response_label", {"ident": name}, _material_element(text)) for name, text in choices]
    response = {"ident": _RESPONSE, "rcardinality": "Single"}
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    condition = make_element(
        "respcondition",
        {"continue": "No"},
        make_element("conditionvar", None, make_element("varequal", {"respident": _RESPONSE}, right)),
        make_element("setvar", {"action": "Set", "varname": "SCORE"}, "100"),
    )
    return make_element(
        "item",
        {"ident": ident},
        make_element("itemmetadata", None, _metadata_element({"cc_profile": "cc.multiple_choice.v0p1"})),
        make_element(
            "presentation",
            None,
            _material_element(item.prompt),
            make_element("response_lid", response, make_element("render_choice", None, *labels)),
        ),
        make_element("resprocessing", None, make_element("outcomes", None, make_element("decvar", score)), condition),
    )


def _metadata_element(fields: dict[str, str]) -> Element:
    made = [
        make_element(
            "qtimetadatafield", None, make_element("fieldlabel", None, label), make_element("fieldentry", None, entry)
        )
        for label, entry in fields.items()
    ]
    return make_element("qtimetadata", None, *made)


def _material_element(text: str) -> Element:
    """Make a material element of plain text, or of HTML where line breaks would be lost."""
    if "\n" not in text:
        return make_element("material", None, make_element("mattext", {"texttype": "text/plain"}, text))
    html = "".join(map(render_element, text_to_xhtml(text)))
    return make_element("material", None, make_element("mattext", {"texttype": "text/html"}, html))


class QtiPackageBuilder:
    """Build the members of a package by path, and the identifier of each item that is a question among them."""

    def __init__(self, course: CourseRecord) -> None:
        self._names = {point.id: point.name for point in course.points}
        active = [item for item in course.items if item.status == "active"]
        self.parts = {("items", item.id): f"question-{number}" for number, item in enumerate(active, 1)}
        self.members: dict[str, bytes] = {}
        resources = [self._question(item) for item in active]
        self.members[MANIFEST_FILE] = render_document(self._manifest(course, resources))

    def _manifest(self, course: CourseRecord, resources: list[Element]) -> Element:
        language = course.settings.get("language")
        general = [make_element("lom:title", None, _string_element(course.title, language))]
        if language:
            general.append(make_element("lom:language", None, str(language)))
        metadata = make_element(
            "metadata",
            None,
            make_element("schema", None, "QTIv2.1 Package"),
            make_element("schemaversion", None, "1.0.0"),
            make_element("lom:lom", None, make_element("lom:general", None, *general)),
        )
        about = {"identifier": "lodestar", "type": "webcontent", "href": COMPANION_FILE}
        rest = make_element("resource", about, make_element("file", {"href": COMPANION_FILE}))
        inside = (metadata, make_element("organizations"), make_element("resources", None, *resources, rest))
        return make_element("manifest", {"identifier": "package", **_MANIFEST_NAMESPACES}, *inside)

    def _question(self, item: ItemRecord) -> Element:
        name = self.parts["items", item.id]
        file = f"questions/{name}.xml"
        self.members[file] = render_document(render_assessment_item(name, item.id, item))
        subjects = [self._subject(point) for point in item.points]
        lom = make_element("lom:lom", None, make_element("lom:classification", None, *subjects))
        attributes = {"identifier": name, "type": "imsqti_item_xmlv2p1", "href": file}
        return make_element(
            "resource", attributes, make_element("metadata", None, lom), make_element("file", {"href": file})
        )

    def _subject(self, point: str) -> Element:
        source = make_element("lom:source", None, _string_element("Lodestar", None))
        entry = make_element("lom:entry", None, _string_element(self._names.get(point, point), None))
        taxon = make_element("lom:taxon", None, make_element("lom:id", None, point), entry)
        return make_element("lom:taxonPath", None, source, taxon)


def _string_element(text: str, language: object) -> Element:
    return make_element("lom:string", make_attributes({"language": language}), text)


def write(course: CourseRecord, path: Path) -> None:
    """Write the package; a file that is there is replaced. Raises `Conflict` if `path` is a folder."""
    course = course.sorted()
    built = QtiPackageBuilder(course)
    companion = render_companion(course, built.parts, values_of_members(built.members))
    write_package(built.members, companion, path)
