"""What a QTI package that Lodestar wrote gives for the rows of its companion: the texts of the items."""

from graph.course_files import Folder
from graph.formats.companion import Given, join
from graph.formats.packages import COMPANION, Package
from graph.formats.qti_items import is_qti, questions


def read(package: Package, folder: Folder) -> None:
    """Fill `folder` from the companion and the questions beside it."""
    content = package.content(COMPANION, folder)
    if content is not None:
        join(content, given(package, folder), folder)


def given_by(members: dict[str, bytes]) -> Given:
    """What the members of a package give for the rows of the companion that they are still to get."""
    return given(Package("", "", frozenset(members), members.__getitem__), Folder())


def given(package: Package, folder: Folder) -> Given:
    """The texts of all questions."""
    roots = [package.xml(name, folder) for name in sorted(package.names) if name.endswith(".xml")]
    found = [one for root in roots if root is not None and is_qti(root) for one in questions(root)]
    return {("items", one.ident): one.asked.columns() for one in found if one.asked is not None}
