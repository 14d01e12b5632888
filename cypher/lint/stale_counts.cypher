// Points whose prerequisiteCount is not the number of their accepted prerequisites: candidates compare with it, so a point
// may be open too early or never.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: lodestar rebuild
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
WITH k, parts.prerequisite_count(k) AS degree
WHERE k.id IS NOT NULL AND coalesce(k.prerequisiteCount, -1) <> degree
RETURN k.id AS id, 'says ' + coalesce(toStringOrNull(k.prerequisiteCount), 'nothing') + ', has ' + degree AS detail
ORDER BY id
