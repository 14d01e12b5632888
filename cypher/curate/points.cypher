// The points of a course as its files state them, as one list: id, name, description, domain, level, masteredAt, metAt,
// hours. (A list of lists comes over the wire forty times faster than a record a row.)
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
WHERE k.id IS NOT NULL
RETURN collect([k.id, k.name, k.description, k.domain, k.level, k.masteredAt, k.metAt, k.hours]) AS rows
