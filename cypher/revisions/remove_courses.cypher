// Delete courses; one that learners study stays, empty. Their points stay.
// params: ids LIST<STRING>
// returns: none
// access: write
UNWIND $ids AS id
MATCH (c:Course {id: id})
WITH c, EXISTS { MATCH (:Learner {course: c.id}) } AS kept
CALL (c) {
  MATCH (c)-[e:INCLUDES]->()
  DELETE e
}
FOREACH (gone IN CASE WHEN kept THEN [] ELSE [c] END | DETACH DELETE gone)
