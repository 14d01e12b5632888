// Find points by a part of their name.
// params: text STRING, limit INTEGER
// returns: point
// access: read
CALL () {
  MATCH (k:KnowledgePoint)
  WHERE toLower(k.name) CONTAINS toLower($text)
  WITH k
  ORDER BY k.level, k.id
  LIMIT $limit
  RETURN collect(k) AS found
}
UNWIND CASE WHEN size(found) = 0 THEN ['No point has ' + $text + ' in its name.'] ELSE found END AS point
RETURN point
