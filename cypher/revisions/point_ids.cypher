// The next page of point ids after one, in order; only ids that are texts.
// params: after STRING, limit INTEGER
// returns: ids
// access: read
MATCH (k:KnowledgePoint)
WHERE k.id > $after
WITH k.id AS id
ORDER BY id
LIMIT $limit
RETURN collect(id) AS ids
