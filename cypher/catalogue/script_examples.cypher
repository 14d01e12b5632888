// A point, a prerequisite and a learner of a course, to begin with in Neo4j Browser: the first that have the most about
// them.
// params: course STRING
// returns: point, name, level, before, after, learner
// access: read
MATCH (c:Course {id: $course})
CALL (c) {
  OPTIONAL MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)
  RETURN k, EXISTS { (k)<-[:PREREQUISITE_OF]-() } AS later, EXISTS { (k)<-[:TEACHES]-() } AS taught
  ORDER BY later DESC, taught DESC, k.id
  LIMIT 1
}
OPTIONAL MATCH (a:KnowledgePoint)-[:PREREQUISITE_OF]->(k)
WITH c, k, a
ORDER BY a.id
LIMIT 1
RETURN k.id AS point, k.name AS name, k.level AS level, a.id AS before, k.id AS after,
  head(COLLECT { MATCH (l:Learner {course: c.id}) RETURN l.id ORDER BY l.id LIMIT 1 }) AS learner
