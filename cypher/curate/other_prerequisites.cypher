// Accepted prerequisites that stay whatever this course's files say (other courses', mined and hand-made ones), as one
// list: before, after.
// params: course STRING
// returns: rows
// access: read
MATCH (before:KnowledgePoint)-[e:PREREQUISITE_OF]->(after:KnowledgePoint)
WHERE e.status = 'accepted' AND coalesce(e.courses, '') <> $course
RETURN collect([before.id, after.id]) AS rows
