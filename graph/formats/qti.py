"""Reads questions in QTI 1.2, 2.0 to 2.2 or 3.0 as a course of points and items, and writes items as QTI 2.1.

The path is one XML file, a zip, or the folder it unpacks to. Of a package the questions that its manifest names are
read, else those of every XML file. What a question asks about is a point:

1. each subject in the metadata that the manifest has for it (the last taxon of each LOM taxonomy), and each curriculum
   standard;
2. else the category in its own metadata (`cc_question_category`, `qmd_topic`);
3. else the section of the test, or the assessment, that it stands in;
4. else one point that has the package's title, which a note tells.

Such a course has no resources and no prerequisites: import it to ask its questions, or export it as a folder and take
its items.jsonl into a course of yours, with that course's points. Importing replaces a whole course, so questions are
not read into another. Which questions become items: see `qti_items`.

A package that Lodestar wrote holds the rest of the course (see `companion`) and comes back whole.
"""

from pathlib import Path

from graph.course_files import Folder
from graph.formats.packages import opened
from graph.formats.qti_own import read as read_own
from graph.formats.qti_read import Walk
from graph.formats.qti_save import write

__all__ = ["read", "write"]


def read(path: Path) -> Folder:
    """The questions in the form that `course_fields.parse` takes, with what is odd as notes."""
    folder = Folder()
    package = opened(path, folder)
    if package is not None and package.ours:
        read_own(package, folder)
    elif package is not None:
        Walk(package, folder, path.name.partition(".")[0]).finish()
    return folder
