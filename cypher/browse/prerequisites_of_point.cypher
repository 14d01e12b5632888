// What a point rests on, three steps back. Click an arrow to read its reason; only accepted ones gate.
// params: point STRING
// returns: way
// access: read
MATCH way = (:KnowledgePoint)-[:PREREQUISITE_OF*0..3]->(:KnowledgePoint {id: $point})
RETURN way
