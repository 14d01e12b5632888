// Which of these points the graph holds, as one list.
// params: ids LIST<STRING>
// returns: found
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
RETURN collect(k.id) AS found
