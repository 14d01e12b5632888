// What a point opens, two steps on.
// params: point STRING
// returns: way
// access: read
MATCH way = (:KnowledgePoint {id: $point})-[:PREREQUISITE_OF*0..2]->(:KnowledgePoint)
RETURN way
