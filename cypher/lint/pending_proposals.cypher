// Prerequisites (→) and semantic edges (↔) that were proposed and wait for somebody to accept or reject them; `detail` is
// where they come from.
// params: course STRING
// returns: id, detail
// access: read
// severity: note
// fix: lodestar review
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF {status: 'proposed'}]-(before)
  WHERE e.quarantinedAt IS NULL
  RETURN before.id + ' → ' + k.id AS id, coalesce(toStringOrNull(e.source), '') AS detail
  UNION
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)-[e:RELATED_TO {status: 'proposed'}]-()
  RETURN startNode(e).id + ' ↔ ' + endNode(e).id AS id, coalesce(toStringOrNull(e.source), '') AS detail
}
WITH id, detail
WHERE id IS NOT NULL
RETURN id, detail
ORDER BY id
