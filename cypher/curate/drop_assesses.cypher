// Delete links of items to points that the course's files do not name.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (i:Item {id: row.id})-[e:ASSESSES]->(k:KnowledgePoint)
WHERE ($course IN split(e.courses, ' ') OR e.courses = '') AND NOT k.id IN row.points
SET e.courses = parts.courses_without(e, $course)
WITH e
WHERE e.courses = ''
DELETE e
