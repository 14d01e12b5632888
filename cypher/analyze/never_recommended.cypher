// Active resources that no recommendation ever chose, with how often they were feasible: never feasible means nobody came
// near their points, often feasible means that the policy always found something better.
// params: course STRING, limit INTEGER
// returns: resource, title, kind, points, feasible
// access: read
// group: resources
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource {status: 'active'})
WITH DISTINCT r
WHERE NOT EXISTS { (r)<-[:CHOSE]-() }
WITH collect(r) AS unused
CALL () {
  MATCH (q:Recommendation {course: $course})
  UNWIND q.candidates AS id
  RETURN id AS candidate, count(*) AS times
}
WITH unused, collect([candidate, times]) AS offered
UNWIND unused AS r
WITH r, coalesce([pair IN offered WHERE pair[0] = r.id | pair[1]][0], 0) AS feasible
RETURN r.id AS resource, r.title AS title, r.kind AS kind,
  COLLECT { MATCH (r)-[:TEACHES]->(k) RETURN k.id ORDER BY k.id } AS points, feasible
ORDER BY feasible DESC, resource
LIMIT $limit
