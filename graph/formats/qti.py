"""Read questions in QTI 1.2, 2.0 to 2.2 or 3.0 as a course of points and items, and write items as QTI 2.1.

The path is one XML file, a zip, or the folder it unpacks to. Of a package the questions that its manifest names are
read, else those of every XML file. The point that a question assesses is:

1. each subject in the metadata that the manifest has for it (the last taxon of each LOM taxonomy), and each curriculum
   standard;
2. else the category in its own metadata (`cc_question_category`, `qmd_topic`);
3. else the section of the test, or the assessment, that it stands in;
4. else one point that has the package's title, with a note.

Such a course has no resources and no prerequisites: import it to ask its questions, or export it as a folder and copy
its items.jsonl into another course, with that course's points. Importing replaces a whole course, so questions are not
read into an existing one. Which questions become items: see `graph.formats.ims.questions`.

A package that Lodestar wrote holds the rest of the course (see `graph.formats.ims.companion`) and is read back without
loss.
"""

from pathlib import Path

from graph.courses.tables import CourseFolder
from graph.formats.ims.packages import open_package
from graph.formats.ims.qti_reader import QuestionReader
from graph.formats.ims.qti_reader import read_own_package as read_own


def read(path: Path) -> CourseFolder:
    """Read the questions of a file, a zip or a folder; report oddities as notes."""
    folder = CourseFolder()
    package = open_package(path, folder)
    if package is not None and package.is_from_lodestar:
        read_own(package, folder)
    elif package is not None:
        QuestionReader(package, folder, path.name.partition(".")[0]).read()
    return folder
