// Remove a course's statement that resources teach points; delete the links that nothing else states.
// params: course STRING, rows LIST<MAP>
// returns: dropped
// access: write
UNWIND $rows AS row
MATCH (:Resource {id: row.resource})-[e:TEACHES]->(:KnowledgePoint {id: row.point})
WHERE $course IN split(e.courses, ' ')
SET e.courses = parts.courses_without(e, $course)
FOREACH (gone IN CASE WHEN e.courses = '' THEN [e] ELSE [] END | DELETE gone)
RETURN count(*) AS dropped
