// Every knowledge point.
// params: none
// returns: ids
// access: read
MATCH (k:KnowledgePoint)
RETURN collect(k.id) AS ids
