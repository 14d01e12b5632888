// Remove items from a course; delete those that no course holds, or retire them where learners answered them.
// params: course STRING, ids LIST<STRING>
// returns: dropped, retired
// access: write
UNWIND $ids AS id
MATCH (i:Item {id: id})
WHERE $course IN split(i.courses, ' ')
SET i.courses = parts.courses_without(i, $course)
WITH i, i.courses = '' AS homeless, EXISTS { MATCH (i)<-[:ON]-() } AS kept
FOREACH (old IN CASE WHEN homeless AND kept THEN [i] ELSE [] END | SET old.status = 'retired')
WITH i, homeless, kept
CALL (i, homeless) {
  MATCH (i)-[e:ASSESSES]->()
  WHERE $course IN split(e.courses, ' ')
  SET e.courses = parts.courses_without(e, $course)
  FOREACH (gone IN CASE WHEN e.courses = '' AND NOT homeless THEN [e] ELSE [] END | DELETE gone)
  RETURN count(*) AS edges
}
FOREACH (gone IN CASE WHEN homeless AND NOT kept THEN [i] ELSE [] END | DETACH DELETE gone)
RETURN count(*) AS dropped, sum(CASE WHEN homeless AND kept THEN 1 ELSE 0 END) AS retired
