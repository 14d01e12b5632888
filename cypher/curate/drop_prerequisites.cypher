// Remove a course's statement of prerequisites; delete those that nothing else states.
// params: course STRING, rows LIST<MAP>
// returns: dropped
// access: write
UNWIND $rows AS row
MATCH (:KnowledgePoint {id: row.before})-[e:PREREQUISITE_OF]->(:KnowledgePoint {id: row.after})
WHERE $course IN split(e.courses, ' ')
SET e.courses = parts.courses_without(e, $course)
FOREACH (gone IN CASE WHEN e.courses = '' THEN [e] ELSE [] END | DELETE gone)
RETURN count(*) AS dropped
