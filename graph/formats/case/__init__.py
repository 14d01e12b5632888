"""CASE 1.0 competency frameworks (1EdTech): read a CFPackage as a course, and write a course as a CFPackage.

- CFDocument: the course. Title, language, description, licence (licenseURI); creator, publisher, officialSourceURL,
  version, adoptionStatus, subject, notes and the dates of the status are settings by the same name.
- CFItem without children: a point. The abbreviated statement is its name and the full one its description; a full one
  alone is the name, and where that is longer than 80 characters the name is its beginning. educationLevel is the level.
- CFItem with children: a heading, part of the domain of the points below: `Number › Ratios`. It is a point itself if
  it takes part in `precedes`, or if most items of its CFItemType have no children: a standard with components stays a
  standard, a cluster of standards becomes their domain.
- `precedes`: an accepted prerequisite.
- Other associations, definitions and rubrics have no place in the graph: they are kept in the course's setting `case`
  and exported again. `isRelatedTo` is not read as RELATED_TO, which is derived from shared resources.

Ids are `course/code`, the code being the humanCodingScheme (the name where there is none), the course's id its title.
Identifiers (GUIDs) are kept in the setting `case` and exported unchanged; what never had one gets a UUID version 5 of
its id, always the same. lastChangeDateTime is the time of writing.

`write` adds one field to the standard's, `CFDocument.extensions`, with what the standard has no place for, so that
reading gives the same course again. Other tools see points, tree, prerequisites, and as `exemplar`s the resources that
have a web address; not thresholds, reasons, proposed prerequisites, items and other resources.
"""
