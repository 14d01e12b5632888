// Remove resources from a course; delete those that no course holds, or retire them where they are part of a learner's
// history. Once a course has recommended anything, all its resources may have been candidates.
// params: course STRING, ids LIST<STRING>
// returns: dropped, retired
// access: write
WITH EXISTS { MATCH (:Recommendation {course: $course}) } AS served
UNWIND $ids AS id
MATCH (r:Resource {id: id})
WHERE $course IN split(r.courses, ' ')
SET r.courses = parts.courses_without(r, $course)
WITH r, r.courses = '' AS homeless, served OR EXISTS { MATCH (r)<-[:ON|CHOSE]-() } AS kept
FOREACH (old IN CASE WHEN homeless AND kept THEN [r] ELSE [] END | SET old.status = 'retired')
WITH r, homeless, kept
CALL (r, homeless, kept) {
  MATCH (r)-[e:TEACHES]->()
  WHERE homeless AND kept AND $course IN split(e.courses, ' ')
  SET e.courses = ''
  RETURN count(*) AS edges
}
FOREACH (gone IN CASE WHEN homeless AND NOT kept THEN [r] ELSE [] END | DETACH DELETE gone)
RETURN count(*) AS dropped, sum(CASE WHEN homeless AND kept THEN 1 ELSE 0 END) AS retired
