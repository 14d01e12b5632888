// Links that stand more than once between the same two nodes. Pairs: ids of start and end.
// params: pairs LIST<LIST<STRING>>, kind STRING
// returns: start, end, link, properties
// access: read
UNWIND $pairs AS pair
MATCH (a:KnowledgePoint|Resource {id: pair[0]})-[e]->(b:KnowledgePoint {id: pair[1]})
WHERE type(e) = $kind AND ($kind <> 'RELATED_TO' OR e.status IS NOT NULL)
RETURN pair[0] AS start, pair[1] AS end, elementId(e) AS link, properties(e) AS properties
ORDER BY start, end, link
