"""Makes the members of a QTI 2.1 package from a course: a question for each active item, its points as subjects."""

from xml.etree.ElementTree import Element

from graph.course import Course, Item
from graph.formats.packages import COMPANION, MANIFEST
from graph.formats.packing import document, element, named
from graph.formats.qti_write import assessment_item

_NAMES = {"xmlns": "http://www.imsglobal.org/xsd/imscp_v1p1", "xmlns:lom": "http://ltsc.ieee.org/xsd/LOM"}


class Built:
    """The members by their paths, and the identifier of each item that is a question among them."""

    def __init__(self, course: Course) -> None:
        self._names = {point.id: point.name for point in course.points}
        active = [item for item in course.items if item.status == "active"]
        self.parts = {("items", item.id): f"question-{number}" for number, item in enumerate(active, 1)}
        self.members: dict[str, bytes] = {}
        resources = [self._question(item) for item in active]
        self.members[MANIFEST] = document(self._manifest(course, resources))

    def _manifest(self, course: Course, resources: list[Element]) -> Element:
        language = course.settings.get("language")
        general = [element("lom:title", None, _string(course.title, language))]
        if language:
            general.append(element("lom:language", None, str(language)))
        metadata = element(
            "metadata",
            None,
            element("schema", None, "QTIv2.1 Package"),
            element("schemaversion", None, "1.0.0"),
            element("lom:lom", None, element("lom:general", None, *general)),
        )
        about = {"identifier": "lodestar", "type": "webcontent", "href": COMPANION}
        rest = element("resource", about, element("file", {"href": COMPANION}))
        inside = (metadata, element("organizations"), element("resources", None, *resources, rest))
        return element("manifest", {"identifier": "package", **_NAMES}, *inside)

    def _question(self, item: Item) -> Element:
        name = self.parts["items", item.id]
        file = f"questions/{name}.xml"
        self.members[file] = document(assessment_item(name, item.id, item))
        subjects = [self._subject(point) for point in item.points]
        lom = element("lom:lom", None, element("lom:classification", None, *subjects))
        attributes = {"identifier": name, "type": "imsqti_item_xmlv2p1", "href": file}
        return element("resource", attributes, element("metadata", None, lom), element("file", {"href": file}))

    def _subject(self, point: str) -> Element:
        source = element("lom:source", None, _string("Lodestar", None))
        entry = element("lom:entry", None, _string(self._names.get(point, point), None))
        taxon = element("lom:taxon", None, element("lom:id", None, point), entry)
        return element("lom:taxonPath", None, source, taxon)


def _string(text: str, language: object) -> Element:
    return element("lom:string", named({"language": language}), text)
