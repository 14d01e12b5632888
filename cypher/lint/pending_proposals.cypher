// Prerequisites that were proposed and wait for somebody to accept or reject them; `detail` is where they come from.
// params: course STRING
// returns: id, detail
// access: read
// severity: note
// fix: lodestar review
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF {status: 'proposed'}]-(before)
WHERE e.quarantinedAt IS NULL AND before.id IS NOT NULL AND k.id IS NOT NULL
RETURN before.id + ' → ' + k.id AS id, coalesce(toStringOrNull(e.source), '') AS detail
ORDER BY id
