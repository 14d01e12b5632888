// The accepted prerequisites of these points, whoever states them, as one list: before, after, reason.
// params: points LIST<STRING>
// returns: rows
// access: read
UNWIND $points AS id
MATCH (after:KnowledgePoint {id: id})<-[e:PREREQUISITE_OF]-(before)
WHERE e.status = 'accepted' AND before.id IS :: STRING NOT NULL
RETURN collect([before.id, after.id, toStringOrNull(e.reason)]) AS rows
