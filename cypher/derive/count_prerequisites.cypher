// Store on each of these points its number of accepted prerequisites, which candidates are compared with.
// params: ids LIST<STRING>
// returns: changed
// access: write
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
WITH k, parts.prerequisite_count(k) AS degree
WHERE coalesce(k.prerequisiteCount, -1) <> degree
SET k.prerequisiteCount = degree
RETURN count(*) AS changed
