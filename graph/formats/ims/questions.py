"""Parse questions in QTI 1.2 (as Common Cartridges hold it), 2.0 to 2.2 and 3.0 with one right choice among several.

QTI 1.2 (`questestinterop`): an item with one `response_lid` of one choice; right is the choice for which a
`respcondition` sets or adds a positive score. 2.x and 3.0 (`assessmentItem`): one `choiceInteraction` whose response
has the cardinality single and one `correctResponse`. Every other question (several right answers, a text to write, an
order, a match) is left out with a note, as is one without a text.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from graph.formats.elements import (
    element_line,
    element_text,
    find_children,
    find_descendants,
    find_first,
    get_attribute,
    local_name,
)
from graph.formats.html import PlainText, html_to_text, xhtml_to_text

QTI_1_CHOICE = "response_label"
QTI_2_CHOICE = "simpleChoice"

_RESPONSE_KINDS = {
    "response_str": "a text",
    "response_num": "a number",
    "response_xy": "a place",
    "response_grp": "a match",
}


class UnsupportedQuestion(Exception):
    """A question that cannot become an item; the text says why."""


class ChoiceQuestion(NamedTuple):
    """A question's texts; `lossy` where pictures without a description are missing from them."""

    prompt: str
    answer: str
    distractors: tuple[str, ...]
    lossy: bool

    def columns(self) -> dict[str, Any]:
        """Return the columns in the table of items."""
        return {"prompt": self.prompt, "answer": self.answer, "distractors": list(self.distractors)}


@dataclass(frozen=True)
class QtiQuestion:
    """A question as it was found. `choice` is None, and `refusal` says why, where it cannot become an item.

    Attributes:
        group: title of the assessment or section around it, "" of a single one.
        category: what its own metadata say it asks about, "" if they say nothing.
        standards: (GUID, label) of curriculum standards in its own metadata.
    """

    ident: str
    line: int
    group: str
    category: str
    standards: tuple[tuple[str, str], ...]
    choice: ChoiceQuestion | None
    refusal: str = ""


def is_qti(root: Element) -> bool:
    """Return whether a document holds questions."""
    return local_name(root) in ("questestinterop", "assessmentItem")


def parse_questions(root: Element) -> Iterator[QtiQuestion]:
    """Yield the questions of a document, in its order."""
    if local_name(root) == "assessmentItem":
        yield _parse_question(root, "", _parse_choices_2)
        return
    for around in find_descendants(root, "assessment", "objectbank"):
        group = get_attribute(around, "title") or _metadata_field(find_first(around, "qtimetadata"), "bank_title")
        for section in find_descendants(around, "section"):
            own = get_attribute(section, "title") or group
            yield from (_parse_question(item, own, _parse_choices_1) for item in _find_items(section))
        yield from (_parse_question(item, group, _parse_choices_1) for item in _find_items(around))
    yield from (_parse_question(item, "", _parse_choices_1) for item in _find_items(root))


def find_standards(node: Element | None) -> tuple[tuple[str, str, str], ...]:
    """Return (part, GUID, label) of each curriculum standard in the metadata; part is the item meant, "" for all."""
    found = []
    for one in find_descendants(node, "curriculumStandardsMetadataSet") if node is not None else ():
        part = get_attribute(one, "resourcePartId")
        for labelled in find_descendants(one, "labelledGUID"):
            guid = element_text(find_first(labelled, "GUID"))
            if guid:
                found.append((part, guid, element_text(find_first(labelled, "label"))))
    return tuple(found)


def find_sections(root: Element) -> Iterator[tuple[str, str]]:
    """Yield (reference to a question, title of its section) of a QTI 2.x test."""
    for section in find_descendants(root, "assessmentSection", "testPart"):
        title = get_attribute(section, "title") or get_attribute(root, "title")
        yield from ((get_attribute(one, "href"), title) for one in find_children(section, "assessmentItemRef"))


def _find_items(node: Element) -> Iterator[Element]:
    return find_children(node, "item")


def _parse_question(item: Element, group: str, read: Callable[[Element], ChoiceQuestion]) -> QtiQuestion:
    metadata = find_first(item, "itemmetadata")
    category = _metadata_field(metadata, "cc_question_category") or _metadata_field(metadata, "qmd_topic")
    own = tuple((guid, label) for _, guid, label in find_standards(metadata))
    ident = get_attribute(item, "ident") or get_attribute(item, "identifier")
    try:
        return QtiQuestion(ident, element_line(item), group, category, own, read(item))
    except UnsupportedQuestion as error:
        return QtiQuestion(ident, element_line(item), group, category, own, None, str(error))


def _metadata_field(metadata: Element | None, label: str) -> str:
    """Return an entry of QTI 1.2's qtimetadata."""
    for field in find_descendants(metadata, "qtimetadatafield") if metadata is not None else ():
        if element_text(find_first(field, "fieldlabel")) == label:
            return element_text(find_first(field, "fieldentry"))
    return ""


def _parse_choices_1(item: Element) -> ChoiceQuestion:
    presentation = find_first(item, "presentation")
    if presentation is None:
        raise UnsupportedQuestion("shows nothing")
    responses = [
        one
        for one in presentation.iter()
        if local_name(one).startswith("response_") and local_name(one) != QTI_1_CHOICE
    ]
    if [local_name(one) for one in responses] != ["response_lid"]:
        wanted = [_RESPONSE_KINDS.get(local_name(one), "another answer") for one in responses] or ["no answer"]
        what = wanted[0] if len(wanted) == 1 else f"{len(wanted)} answers"
        raise UnsupportedQuestion(f"asks for {what} and not for one choice")
    labels = list(find_descendants(responses[0], QTI_1_CHOICE))
    inside = {id(one) for label in labels for one in label.iter()}
    materials = [one for one in find_descendants(presentation, "material") if id(one) not in inside]
    choices = {get_attribute(label, "ident"): _material_text(find_descendants(label, "material")) for label in labels}
    if get_attribute(responses[0], "rcardinality") not in ("", "Single"):
        raise UnsupportedQuestion("may have several right answers")
    return _make_choice_question(_material_text(materials), choices, _find_right_choices(item))


def _find_right_choices(item: Element) -> set[str]:
    """Return the choices that score: those of conditions that set a positive value, but for what stands in a `not`."""
    found = set()
    for condition in find_descendants(item, "respcondition"):
        if any(_is_positive(value) for value in find_children(condition, "setvar")):
            denied = {id(one) for no in find_descendants(condition, "not") for one in no.iter()}
            found |= {element_text(one) for one in find_descendants(condition, "varequal") if id(one) not in denied}
    return found


def _is_positive(value: Element) -> bool:
    try:
        return get_attribute(value, "action") in ("", "Set", "Add") and float(element_text(value)) > 0
    except ValueError:
        return False


def _material_text(materials: Iterable[Element]) -> PlainText:
    """Return the text of materials, a line each."""
    found = [_mattext_text(one) for material in materials for one in material if local_name(one) != "matbreak"]
    return PlainText("\n".join(one.text for one in found if one.text), any(one.lossy for one in found))


def _mattext_text(node: Element) -> PlainText:
    if local_name(node) not in ("mattext", "matemtext"):
        return PlainText("", True)
    if len(node):
        return xhtml_to_text([node])
    text = node.text or ""
    return html_to_text(text) if "html" in get_attribute(node, "texttype").lower() else PlainText(text.strip(), False)


def _parse_choices_2(item: Element) -> ChoiceQuestion:
    body = find_first(item, "itemBody")
    shown = [one for one in body.iter() if local_name(one).endswith("Interaction")] if body is not None else []
    if body is None or [local_name(one) for one in shown] != ["choiceInteraction"]:
        raise UnsupportedQuestion(
            f"asks by {', '.join(map(local_name, shown)) or 'no interaction'} and not by one choice"
        )
    asked_for = get_attribute(shown[0], "responseIdentifier")
    declared = [
        one for one in find_children(item, "responseDeclaration") if get_attribute(one, "identifier") == asked_for
    ]
    if not declared or get_attribute(declared[0], "cardinality") != "single":
        raise UnsupportedQuestion("may have several right answers")
    right = {
        element_text(value)
        for correct in find_children(declared[0], "correctResponse")
        for value in find_children(correct, "value")
    }
    choices = {get_attribute(one, "identifier"): xhtml_to_text([one]) for one in find_children(shown[0], QTI_2_CHOICE)}
    return _make_choice_question(xhtml_to_text([body], lambda node: local_name(node) == QTI_2_CHOICE), choices, right)


def _make_choice_question(prompt: PlainText, choices: dict[str, PlainText], right: set[str]) -> ChoiceQuestion:
    texts = [choice.text for choice in choices.values()]
    if not prompt.text:
        raise UnsupportedQuestion("has no text to ask with")
    if len(texts) < 2 or not all(texts):
        raise UnsupportedQuestion("has fewer than two choices with a text")
    if len(set(texts)) < len(texts):
        raise UnsupportedQuestion("has two choices that read alike")
    if len(right) != 1 or not right <= choices.keys():
        raise UnsupportedQuestion(
            f"has {len(right & choices.keys())} right answers among its choices, and one is needed"
        )
    [answer] = right
    wrong = tuple(choice.text for ident, choice in choices.items() if ident != answer)
    lossy = prompt.lossy or any(choice.lossy for choice in choices.values())
    return ChoiceQuestion(prompt.text, choices[answer].text, wrong, lossy)
