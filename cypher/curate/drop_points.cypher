// Remove points from a course; delete those that no course includes and no learner has touched.
// params: course STRING, ids LIST<STRING>
// returns: dropped, retired
// access: write
UNWIND $ids AS id
MATCH (:Course {id: $course})-[e:INCLUDES]->(k:KnowledgePoint {id: id})
DELETE e
WITH k, NOT EXISTS { MATCH (k)<-[:INCLUDES]-(c:Course) WHERE c.id <> $course } AS homeless,
  EXISTS { MATCH (k)<-[:MASTERY|AIMS_AT]-() } AS kept
FOREACH (gone IN CASE WHEN homeless AND NOT kept THEN [k] ELSE [] END | DETACH DELETE gone)
RETURN count(*) AS dropped, sum(CASE WHEN homeless AND kept THEN 1 ELSE 0 END) AS retired
