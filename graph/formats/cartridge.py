"""Read an IMS Common Cartridge (1.0 to 1.3), a .imscc file or the folder it unpacks to, as a course folder.

Decisions that the standard does not make:

- A module, a folder of the organization that directly holds something to learn with, is a point, and what it holds are
  the resources that teach it as primary. The folder around it is its domain. A resource in two modules teaches both.
- Something outside of every module that stands in the organization is a point of its own. What stands nowhere in it
  (pages, links, discussions; not files, which pages use) is taught by one more point that has the course's title.
- Modules come in an order: each is a *proposed* prerequisite of the next, so nothing gates before a person accepts it.
- A curriculum standard in the metadata of a resource is a point too, which the resource teaches as supporting.
- The questions of an assessment become items of its module; those of a question bank, and of an assessment in no
  module, items of a point of that name. An assessment is no resource. Questions: see `graph.formats.ims.questions`.
- Kind, modality and minutes of a resource: see `graph.formats.ims.cartridge_reader`. Files stay in the package; their
  url is their path there.
- Ids come from titles, as identifiers of the standard are for machines: a renamed module is a new point.

A cartridge that Lodestar wrote holds what the standard cannot (see `graph.formats.ims.companion`) and is read back
without loss.
"""

from pathlib import Path

from graph.courses.tables import CourseFolder
from graph.formats.ims.cartridge_reader import OrganizationReader
from graph.formats.ims.cartridge_reader import read_own_cartridge as read_own
from graph.formats.ims.manifest import open_with_manifest


def read(path: Path) -> CourseFolder:
    """Read a cartridge; report oddities as notes."""
    folder = CourseFolder()
    found = open_with_manifest(path, folder)
    if found is None:
        return folder
    package, manifest = found
    if package.is_from_lodestar:
        read_own(package, manifest, folder)
    else:
        OrganizationReader(package, manifest, folder, path.stem).read()
    return folder
