// Create or change points and include them in a course.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
MATCH (c:Course {id: $course})
UNWIND $rows AS row
MERGE (k:KnowledgePoint {id: row.id})
ON CREATE SET k.prerequisiteCount = 0
SET k.name = row.name, k.description = row.description, k.domain = row.domain, k.level = row.level,
  k.masteredAt = row.mastered_at, k.metAt = row.met_at, k.hours = row.hours
MERGE (c)-[:INCLUDES]->(k)
