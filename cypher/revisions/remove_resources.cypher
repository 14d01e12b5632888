// Delete resources; one that is part of somebody's history is retired and keeps what it taught. Once a course has
// recommended anything, all its resources may have been candidates.
// params: ids LIST<STRING>
// returns: none
// access: write
MATCH (c:Course)
WITH c.id AS course, EXISTS { MATCH (:Recommendation {course: c.id}) } AS served
WITH collect(CASE WHEN served THEN course END) AS served
UNWIND $ids AS id
MATCH (r:Resource {id: id})
WITH r, EXISTS { MATCH (r)<-[:ON|CHOSE]-() }
  OR any(course IN split(coalesce(r.courses, ''), ' ') WHERE course IN served)
  OR EXISTS { MATCH (r)-[:TEACHES]->()<-[:INCLUDES]-(c:Course) WHERE c.id IN served } AS kept
FOREACH (old IN CASE WHEN kept THEN [r] ELSE [] END | SET old.status = 'retired', old.courses = '')
FOREACH (gone IN CASE WHEN kept THEN [] ELSE [r] END | DETACH DELETE gone)
