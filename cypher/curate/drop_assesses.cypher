// Items no longer assess what their course's files do not name.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (i:Item {id: row.id})-[e:ASSESSES]->(k:KnowledgePoint)
WHERE ($course IN e.courses OR e.courses = []) AND NOT k.id IN row.points
SET e.courses = [c IN e.courses WHERE c <> $course]
WITH e
WHERE e.courses = []
DELETE e
