// The points that these resources teach and those that these courses include.
// params: resources LIST<STRING>, courses LIST<STRING>
// returns: points
// access: read
CALL () {
  UNWIND $resources AS id
  MATCH (:Resource {id: id})-[:TEACHES]->(k:KnowledgePoint)
  RETURN collect(DISTINCT k.id) AS taught
}
CALL () {
  UNWIND $courses AS id
  MATCH (:Course {id: id})-[:INCLUDES]->(k:KnowledgePoint)
  RETURN collect(DISTINCT k.id) AS included
}
RETURN taught + included AS points
