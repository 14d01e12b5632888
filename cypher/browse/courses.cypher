// The courses of the graph, with their sizes.
// params: none
// returns: course, title, points, resources, items
// access: read
MATCH (c:Course)
RETURN c.id AS course, c.title AS title,
  COUNT { MATCH (c)-[:INCLUDES]->(k) RETURN DISTINCT k } AS points,
  COUNT { MATCH (c)-[:INCLUDES]->()<-[:TEACHES]-(r {status: 'active'}) RETURN DISTINCT r } AS resources,
  COUNT { MATCH (c)-[:INCLUDES]->()<-[:ASSESSES]-(i {status: 'active'}) RETURN DISTINCT i } AS items
ORDER BY course
