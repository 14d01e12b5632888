"""Writes items as QTI: 1.2 in the profile of Common Cartridge, and 2.1.

The right answer stands at a place among the choices that depends on the item's id, so that it is not always the first
and yet the same in every export.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element
from zlib import crc32

from graph.course import Item
from graph.formats.packing import element, markup
from graph.formats.plain import blocks

_QTI_1 = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_QTI_2 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
_RESPONSE = "RESPONSE"


def assessment(ident: str, title: str, items: Iterable[tuple[str, Item]]) -> Element:
    """A QTI 1.2 document: an assessment of items with their identifiers."""
    profile = {"cc_profile": "cc.exam.v0p1", "qmd_assessmenttype": "Examination", "qmd_scoretype": "Percentage"}
    section = element("section", {"ident": "root_section"}, *(_item(name, item) for name, item in items))
    about = element("assessment", {"ident": ident, "title": title}, _metadata(profile), section)
    return element("questestinterop", {"xmlns": _QTI_1}, about)


def assessment_item(ident: str, title: str, item: Item) -> Element:
    """A QTI 2.1 document of one question."""
    choices = _choices(item)
    right = next(name for name, text in choices if text == item.answer)
    answers = [element("simpleChoice", {"identifier": name}, *_inline(text)) for name, text in choices]
    asked = {"responseIdentifier": _RESPONSE, "shuffle": "true", "maxChoices": "1"}
    correct = element("correctResponse", None, element("value", None, right))
    response = {"identifier": _RESPONSE, "cardinality": "single", "baseType": "identifier"}
    attributes = {"identifier": ident, "title": title, "adaptive": "false", "timeDependent": "false"}
    return element(
        "assessmentItem",
        {"xmlns": _QTI_2, **attributes},
        element("responseDeclaration", response, correct),
        element("outcomeDeclaration", {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}),
        element("itemBody", None, *blocks(item.prompt), element("choiceInteraction", asked, *answers)),
        element("responseProcessing", {"template": _MATCH}),
    )


def _choices(item: Item) -> list[tuple[str, str]]:
    """Identifiers and texts in the order shown."""
    texts = list(item.distractors)
    texts.insert(crc32(item.id.encode()) % (len(texts) + 1), item.answer)
    return [(f"choice_{number}", text) for number, text in enumerate(texts, 1)]


def _inline(text: str) -> tuple[Element | str, ...]:
    """A short text as it is, a longer one in blocks."""
    made = blocks(text)
    return (text,) if len(made) == 1 and made[0].tag == "p" and not len(made[0]) else tuple(made)


def _item(ident: str, item: Item) -> Element:
    choices = _choices(item)
    right = next(name for name, text in choices if text == item.answer)
    labels = [element("response_label", {"ident": name}, _material(text)) for name, text in choices]
    response = {"ident": _RESPONSE, "rcardinality": "Single"}
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    condition = element(
        "respcondition",
        {"continue": "No"},
        element("conditionvar", None, element("varequal", {"respident": _RESPONSE}, right)),
        element("setvar", {"action": "Set", "varname": "SCORE"}, "100"),
    )
    return element(
        "item",
        {"ident": ident},
        element("itemmetadata", None, _metadata({"cc_profile": "cc.multiple_choice.v0p1"})),
        element(
            "presentation",
            None,
            _material(item.prompt),
            element("response_lid", response, element("render_choice", None, *labels)),
        ),
        element("resprocessing", None, element("outcomes", None, element("decvar", score)), condition),
    )


def _metadata(fields: dict[str, str]) -> Element:
    made = [
        element("qtimetadatafield", None, element("fieldlabel", None, label), element("fieldentry", None, entry))
        for label, entry in fields.items()
    ]
    return element("qtimetadata", None, *made)


def _material(text: str) -> Element:
    """Plain text, or HTML where line breaks would be lost."""
    if "\n" not in text:
        return element("material", None, element("mattext", {"texttype": "text/plain"}, text))
    html = "".join(map(markup, blocks(text)))
    return element("material", None, element("mattext", {"texttype": "text/html"}, html))
