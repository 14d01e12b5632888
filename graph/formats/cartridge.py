"""Reads an IMS Common Cartridge (1.0 to 1.3), a .imscc file or the folder it unpacks to, as a course folder.

Decisions that the standard does not make for us:

- A module, a folder of the organization that directly holds something to learn with, is a point, and what it holds are
  the resources that teach it as primary. The folder around it is its domain. A resource in two modules teaches both.
- Something outside of every module that stands in the organization is a point of its own. What stands nowhere in it
  (pages, links, discussions; not files, which pages use) is taught by one more point that has the course's title.
- Modules come in an order: each is a *proposed* prerequisite of the next, so nothing gates before a person accepts it.
- A curriculum standard in the metadata of a resource is a point too, which the resource teaches as supporting.
- The questions of an assessment become items of its module; those of a question bank, and of an assessment in no
  module, items of a point of that name. An assessment is no resource. Questions: see `qti_items`.
- What a resource is to a learner: see `cartridge_parts`. Files stay in the package; their url is their path there.
- Ids come from titles, as identifiers of the standard are for machines: a renamed module is a new point.

A cartridge that Lodestar wrote holds what the standard cannot (see `companion`) and comes back whole.
"""

from pathlib import Path

from graph.course_files import Folder
from graph.formats.cartridge_manifest import unpacked
from graph.formats.cartridge_organization import Walk
from graph.formats.cartridge_own import read as read_own
from graph.formats.cartridge_write import write

__all__ = ["read", "write"]


def read(path: Path) -> Folder:
    """The cartridge in the form that `course_fields.parse` takes, with what is odd as notes."""
    folder = Folder()
    found = unpacked(path, folder)
    if found is None:
        return folder
    package, manifest = found
    if package.ours:
        read_own(package, manifest, folder)
    else:
        Walk(package, manifest, folder, path.stem).finish()
    return folder
