// Every knowledge point that has an id.
// params: none
// returns: ids
// access: read
MATCH (k:KnowledgePoint)
WHERE k.id IS :: STRING NOT NULL
RETURN collect(k.id) AS ids
