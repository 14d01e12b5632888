// The graph that the checks of chains walk over: every accepted prerequisite (before, after), the ids of the course's
// points, and the ids of all points without active resources.
// params: course STRING
// returns: edges, points, gaps
// access: read
RETURN COLLECT {
  MATCH (before:KnowledgePoint)-[:PREREQUISITE_OF {status: 'accepted'}]->(after:KnowledgePoint)
  WHERE before.id IS NOT NULL AND after.id IS NOT NULL
  RETURN [before.id, after.id]
} AS edges, COLLECT {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
  WHERE k.id IS NOT NULL
  RETURN k.id
} AS points, COLLECT {
  MATCH (k:KnowledgePoint)
  WHERE k.id IS NOT NULL AND NOT EXISTS { (k)<-[:TEACHES]-(:Resource {status: 'active'}) }
  RETURN k.id
} AS gaps
