// Which of these points the graph holds.
// params: ids LIST<STRING>
// returns: id
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
RETURN k.id AS id
