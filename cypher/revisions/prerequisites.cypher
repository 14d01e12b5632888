// The prerequisites that start at these points, of whatever status, as one list: before, after, properties.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (before:KnowledgePoint {id: id})-[e:PREREQUISITE_OF]->(after)
WHERE after:KnowledgePoint AND after.id IS :: STRING NOT NULL
RETURN collect([before.id, after.id, properties(e)]) AS rows
