// Points that no active resource teaches: a learner who gets there is given nothing to study.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: add a resource that teaches the point, or take the point out of the course
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
WHERE k.id IS NOT NULL AND NOT EXISTS { (k)<-[:TEACHES]-(:Resource {status: 'active'}) }
RETURN k.id AS id, coalesce(toStringOrNull(k.name), '') AS detail
ORDER BY id
