// Every course with the size of its tables.
// params: none
// returns: id, title, language, licence, points, resources, items
// access: read
MATCH (c:Course)
WHERE c.id IS :: STRING NOT NULL
CALL (c) {
  OPTIONAL MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)
  OPTIONAL MATCH (k)<-[:TEACHES]-(r:Resource {status: 'active'})
  RETURN count(DISTINCT k) AS points, count(DISTINCT r) AS resources
}
CALL (c) {
  OPTIONAL MATCH (c)-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item {status: 'active'})
  RETURN count(DISTINCT i) AS items
}
RETURN c.id AS id, coalesce(toStringOrNull(c.title), c.id) AS title,
  toStringOrNull(c.language) AS language, toStringOrNull(c.licence) AS licence, points, resources, items
ORDER BY id
