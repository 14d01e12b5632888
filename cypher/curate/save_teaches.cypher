// Create or change what resources teach and note that a course states it.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (r:Resource {id: row.resource})
MATCH (k:KnowledgePoint {id: row.point})
MERGE (r)-[e:TEACHES]->(k)
SET e.role = row.role, e.importance = row.importance,
  e.courses = parts.courses_with(e, $course)
