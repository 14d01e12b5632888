// Every course with the size of its tables.
// params: none
// returns: id, title, language, licence, points, resources, items
// access: read
MATCH (c:Course)
CALL (c) {
  OPTIONAL MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)
  OPTIONAL MATCH (k)<-[:TEACHES]-(r:Resource {status: 'active'})
  RETURN count(DISTINCT k) AS points, count(DISTINCT r) AS resources
}
CALL (c) {
  OPTIONAL MATCH (c)-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item {status: 'active'})
  RETURN count(DISTINCT i) AS items
}
RETURN c.id AS id, c.title AS title, c.language AS language, c.licence AS licence, points, resources, items
ORDER BY id
