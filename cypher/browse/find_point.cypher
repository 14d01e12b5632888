// Find points by a part of their name.
// params: text STRING, limit INTEGER
// returns: point
// access: read
MATCH (k:KnowledgePoint)
WHERE toLower(k.name) CONTAINS toLower($text)
RETURN k AS point
ORDER BY k.level, k.id
LIMIT $limit
