// Delete points; one that a learner has touched stays, in no course.
// params: ids LIST<STRING>
// returns: none
// access: write
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
WITH k, EXISTS { MATCH (k)<-[:MASTERY|AIMS_AT]-() } AS kept
CALL (k) {
  MATCH (k)<-[e:INCLUDES]-()
  DELETE e
}
FOREACH (gone IN CASE WHEN kept THEN [] ELSE [k] END | DETACH DELETE gone)
