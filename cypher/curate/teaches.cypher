// What the resources of a course teach among its points, as one list: resource, point, role, importance.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:TEACHES]-(r:Resource)
WHERE $course IN split(coalesce(e.courses, $course), ' ') AND $course IN split(coalesce(r.courses, $course), ' ')
  AND k.id IS NOT NULL AND r.id IS NOT NULL
RETURN collect([r.id, k.id, e.role, e.importance]) AS rows
