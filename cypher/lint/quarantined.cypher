// Prerequisites that were drawn by hand and taken out of force because they close a cycle; `detail` is the cycle.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: reject this edge, or reject another edge of the cycle and then accept this one
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF {status: 'proposed'}]-(before)
WHERE e.quarantinedAt IS NOT NULL AND before.id IS NOT NULL AND k.id IS NOT NULL
RETURN before.id + ' → ' + k.id AS id, coalesce(toStringOrNull(e.quarantine), '') AS detail
ORDER BY id
