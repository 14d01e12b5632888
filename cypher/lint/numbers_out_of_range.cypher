// Numbers outside their range, or what should be a number and is not; `detail` names the property. From 0 to 1: importance,
// confidence, masteredAt, metAt; up to 0.99: guessing; above 0: minutes, hours, discrimination; from -6 to 6: difficulty.
// params: course STRING
// returns: id, detail
// access: read
// severity: error
// fix: SET a number within the range
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
  RETURN k.id AS id, k AS thing, [['masteredAt', 0, 1], ['metAt', 0, 1], ['hours', 1e-9, 10000]] AS ranges
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
  WITH DISTINCT r
  RETURN r.id AS id, r AS thing, [['minutes', 1e-9, 100000], ['difficulty', -6, 6]] AS ranges
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item)
  WITH DISTINCT i
  RETURN i.id AS id, i AS thing,
    [['discrimination', 1e-9, 10], ['difficulty', -6, 6], ['guessing', 0, 0.99]] AS ranges
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:TEACHES]-(r:Resource)
  RETURN r.id + ' → ' + k.id AS id, e AS thing, [['importance', 0, 1]] AS ranges
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF]-(before:KnowledgePoint)
  RETURN before.id + ' → ' + k.id AS id, e AS thing, [['confidence', 0, 1]] AS ranges
}
WITH id, [range IN ranges WHERE thing[range[0]] IS NOT NULL AND NOT (
  thing[range[0]] IS :: INTEGER | FLOAT AND range[1] <= thing[range[0]] <= range[2]
) | range[0]] AS names
WHERE size(names) > 0 AND id IS NOT NULL
RETURN id, parts.joined(names) AS detail
ORDER BY id
