// These points, as one list: id, properties, ids of the courses that include them.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
RETURN collect([
  k.id, properties(k), COLLECT { MATCH (k)<-[:INCLUDES]-(c:Course) WHERE c.id IS :: STRING NOT NULL RETURN DISTINCT c.id }
]) AS rows
