"""Questions out of QTI: 1.2 as Common Cartridges hold it, 2.0 to 2.2 and 3.0, one right choice among several.

QTI 1.2 (`questestinterop`): an item with one `response_lid` of one choice; right is the choice for which a
`respcondition` sets or adds a positive score. 2.x and 3.0 (`assessmentItem`): one `choiceInteraction` whose response
has the cardinality single and one `correctResponse`. Every other question (several right answers, a text to write, an
order, a match) is left out with a note, as is one without a text.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from graph.formats.elements import attribute, children, first, line, local, within, words
from graph.formats.plain import Plain, from_html, from_nodes

LABEL = "response_label"
CHOICE = "simpleChoice"

_WANTED = {"response_str": "a text", "response_num": "a number", "response_xy": "a place", "response_grp": "a match"}


class Unsupported(Exception):
    """A question that cannot become an item; the text says why."""


class Asked(NamedTuple):
    """A question's texts; `lossy` where pictures without a description are missing from them."""

    prompt: str
    answer: str
    distractors: tuple[str, ...]
    lossy: bool

    def columns(self) -> dict[str, Any]:
        """As the table of items has them."""
        return {"prompt": self.prompt, "answer": self.answer, "distractors": list(self.distractors)}


@dataclass(frozen=True)
class Question:
    """A question as it was found. `asked` is None, and `refusal` says why, where it cannot become an item.

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
    asked: Asked | None
    refusal: str = ""


def is_qti(root: Element) -> bool:
    """Whether a document holds questions."""
    return local(root) in ("questestinterop", "assessmentItem")


def questions(root: Element) -> Iterator[Question]:
    """The questions of a document, in its order."""
    if local(root) == "assessmentItem":
        yield _question(root, "", _asked_2)
        return
    for around in within(root, "assessment", "objectbank"):
        group = attribute(around, "title") or _field(first(around, "qtimetadata"), "bank_title")
        for section in within(around, "section"):
            own = attribute(section, "title") or group
            yield from (_question(item, own, _asked_1) for item in _items(section))
        yield from (_question(item, group, _asked_1) for item in _items(around))
    yield from (_question(item, "", _asked_1) for item in _items(root))


def standards(node: Element | None) -> tuple[tuple[str, str, str], ...]:
    """(part, GUID, label) of each curriculum standard that metadata name; part is the item meant, "" for all."""
    found = []
    for one in within(node, "curriculumStandardsMetadataSet") if node is not None else ():
        part = attribute(one, "resourcePartId")
        for labelled in within(one, "labelledGUID"):
            guid = words(first(labelled, "GUID"))
            if guid:
                found.append((part, guid, words(first(labelled, "label"))))
    return tuple(found)


def sections(root: Element) -> Iterator[tuple[str, str]]:
    """(reference to a question, title of the section it stands in) of a QTI 2.x test."""
    for section in within(root, "assessmentSection", "testPart"):
        title = attribute(section, "title") or attribute(root, "title")
        yield from ((attribute(one, "href"), title) for one in children(section, "assessmentItemRef"))


def _items(node: Element) -> Iterator[Element]:
    return children(node, "item")


def _question(item: Element, group: str, read: Callable[[Element], Asked]) -> Question:
    metadata = first(item, "itemmetadata")
    category = _field(metadata, "cc_question_category") or _field(metadata, "qmd_topic")
    own = tuple((guid, label) for _, guid, label in standards(metadata))
    ident = attribute(item, "ident") or attribute(item, "identifier")
    try:
        return Question(ident, line(item), group, category, own, read(item))
    except Unsupported as error:
        return Question(ident, line(item), group, category, own, None, str(error))


def _field(metadata: Element | None, label: str) -> str:
    """An entry of QTI 1.2's qtimetadata."""
    for field in within(metadata, "qtimetadatafield") if metadata is not None else ():
        if words(first(field, "fieldlabel")) == label:
            return words(first(field, "fieldentry"))
    return ""


def _asked_1(item: Element) -> Asked:
    presentation = first(item, "presentation")
    if presentation is None:
        raise Unsupported("shows nothing")
    responses = [one for one in presentation.iter() if local(one).startswith("response_") and local(one) != LABEL]
    if [local(one) for one in responses] != ["response_lid"]:
        wanted = [_WANTED.get(local(one), "another answer") for one in responses] or ["no answer"]
        what = wanted[0] if len(wanted) == 1 else f"{len(wanted)} answers"
        raise Unsupported(f"asks for {what} and not for one choice")
    labels = list(within(responses[0], LABEL))
    inside = {id(one) for label in labels for one in label.iter()}
    materials = [one for one in within(presentation, "material") if id(one) not in inside]
    choices = {attribute(label, "ident"): _material(within(label, "material")) for label in labels}
    if attribute(responses[0], "rcardinality") not in ("", "Single"):
        raise Unsupported("may have several right answers")
    return _asked(_material(materials), choices, _right(item))


def _right(item: Element) -> set[str]:
    """The choices that score: those of conditions that set a positive value, but for what stands in a `not`."""
    found = set()
    for condition in within(item, "respcondition"):
        if any(_positive(value) for value in children(condition, "setvar")):
            denied = {id(one) for no in within(condition, "not") for one in no.iter()}
            found |= {words(one) for one in within(condition, "varequal") if id(one) not in denied}
    return found


def _positive(value: Element) -> bool:
    try:
        return attribute(value, "action") in ("", "Set", "Add") and float(words(value)) > 0
    except ValueError:
        return False


def _material(materials: Iterable[Element]) -> Plain:
    """The text of materials, a line each."""
    found = [_mattext(one) for material in materials for one in material if local(one) != "matbreak"]
    return Plain("\n".join(one.text for one in found if one.text), any(one.lossy for one in found))


def _mattext(node: Element) -> Plain:
    if local(node) not in ("mattext", "matemtext"):
        return Plain("", True)
    if len(node):
        return from_nodes([node])
    text = node.text or ""
    return from_html(text) if "html" in attribute(node, "texttype").lower() else Plain(text.strip(), False)


def _asked_2(item: Element) -> Asked:
    body = first(item, "itemBody")
    shown = [one for one in body.iter() if local(one).endswith("Interaction")] if body is not None else []
    if body is None or [local(one) for one in shown] != ["choiceInteraction"]:
        raise Unsupported(f"asks by {', '.join(map(local, shown)) or 'no interaction'} and not by one choice")
    asked_for = attribute(shown[0], "responseIdentifier")
    declared = [one for one in children(item, "responseDeclaration") if attribute(one, "identifier") == asked_for]
    if not declared or attribute(declared[0], "cardinality") != "single":
        raise Unsupported("may have several right answers")
    right = {
        words(value) for correct in children(declared[0], "correctResponse") for value in children(correct, "value")
    }
    choices = {attribute(one, "identifier"): from_nodes([one]) for one in children(shown[0], CHOICE)}
    return _asked(from_nodes([body], lambda node: local(node) == CHOICE), choices, right)


def _asked(prompt: Plain, choices: dict[str, Plain], right: set[str]) -> Asked:
    texts = [choice.text for choice in choices.values()]
    if not prompt.text:
        raise Unsupported("has no text to ask with")
    if len(texts) < 2 or not all(texts):
        raise Unsupported("has fewer than two choices with a text")
    if len(set(texts)) < len(texts):
        raise Unsupported("has two choices that read alike")
    if len(right) != 1 or not right <= choices.keys():
        raise Unsupported(f"has {len(right & choices.keys())} right answers among its choices, and one is needed")
    [answer] = right
    wrong = tuple(choice.text for ident, choice in choices.items() if ident != answer)
    lossy = prompt.lossy or any(choice.lossy for choice in choices.values())
    return Asked(prompt.text, choices[answer].text, wrong, lossy)
