// Accepted prerequisites that follow from others: a → c, while a → b leads to c; `detail` is b. They gate nothing that is
// not gated anyway. Points of a cycle are left out. Beyond some thousands of points, deep below each other, this may take
// minutes; `lodestar lint` takes a second.
// params: course STRING
// returns: id, detail
// access: read
// severity: note
// fix: reject the edge unless its reason says something of its own
MATCH (:Course {id: $course})-[:INCLUDES]->(c:KnowledgePoint)<-[:PREREQUISITE_OF {status: 'accepted'}]-(a)
MATCH (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b)
WHERE a <> b AND b <> c AND a <> c AND a.id IS NOT NULL AND b.id IS NOT NULL AND c.id IS NOT NULL
MATCH way = shortestPath((b)-[:PREREQUISITE_OF*1..]->(c))
WHERE parts.all_accepted(way)
WITH a, c, min(b.id) AS b
WHERE NOT EXISTS {
  MATCH (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(next)
  MATCH back = shortestPath((next)-[:PREREQUISITE_OF*0..]->(a))
  WHERE parts.all_accepted(back)
} AND NOT EXISTS {
  MATCH (c)-[:PREREQUISITE_OF {status: 'accepted'}]->(next)
  MATCH back = shortestPath((next)-[:PREREQUISITE_OF*0..]->(c))
  WHERE parts.all_accepted(back)
}
RETURN a.id + ' → ' + c.id AS id, b AS detail
ORDER BY id
