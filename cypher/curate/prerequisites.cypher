// The prerequisites of a course's points, as its files or somebody in Browser stated them, as one list: before, after,
// reason, source, status, confidence, support, lift, pValue.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(after:KnowledgePoint)<-[e:PREREQUISITE_OF]-(before:KnowledgePoint)
WHERE $course IN split(coalesce(e.courses, $course), ' ') AND before.id IS NOT NULL AND after.id IS NOT NULL
RETURN collect([
  before.id, after.id, e.reason, e.source, e.status, e.confidence, e.support, e.lift, e.pValue
]) AS rows
