// Points that stand alone: nothing before them, nothing after them, no semantic edge, no resource shared with another
// point. What is learned elsewhere never leads to them.
// params: course STRING
// returns: id, detail
// access: read
// severity: note
// fix: draw the prerequisites that a teacher would name, or let a resource teach the point beside another
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
WHERE k.id IS NOT NULL AND NOT EXISTS { (k)-[:PREREQUISITE_OF {status: 'accepted'}]-() }
  AND NOT EXISTS { MATCH (k)-[e:RELATED_TO]-() WHERE coalesce(e.status, 'accepted') = 'accepted' }
  AND NOT EXISTS { MATCH (k)<-[:TEACHES]-(:Resource {status: 'active'})-[:TEACHES]->(other) WHERE other <> k }
RETURN k.id AS id, coalesce(toStringOrNull(k.name), '') AS detail
ORDER BY id
