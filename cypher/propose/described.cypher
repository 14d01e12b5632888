// These edges (kind, before, after) in full. `cycle` is a way of accepted prerequisites back, which accepting would
// close, `implied` one that says the same already; both are ids. `numbers` are the evidence, and that of what was
// rejected before.
// params: pairs LIST<LIST>
// returns: place, kind, before, after, source, status, evidence, numbers, courses, cycle, implied, proposed_at,
// reviewed_by, reviewed_at, review_reason
// access: read
UNWIND range(0, size($pairs) - 1) AS place
MATCH (a:KnowledgePoint {id: $pairs[place][1]})
MATCH (b:KnowledgePoint {id: $pairs[place][2]})
CALL (place, a, b) {
  MATCH (a)-[e:PREREQUISITE_OF]->(b)
  WHERE $pairs[place][0] = 'prerequisite'
  OPTIONAL MATCH back = SHORTEST 1 (b)-[:PREREQUISITE_OF {status: 'accepted'}]->+(a)
  OPTIONAL MATCH way = SHORTEST 1 (a)-[:PREREQUISITE_OF {status: 'accepted'}]->+(b)
  RETURN e, [n IN nodes(back) | n.id] AS cycle, [n IN nodes(way) | n.id] AS implied
  ORDER BY e.status <> 'proposed'
  LIMIT 1
  UNION
  MATCH (a)-[e:RELATED_TO]-(b)
  WHERE $pairs[place][0] = 'related'
  RETURN e, null AS cycle, null AS implied
  ORDER BY e.status <> 'proposed'
  LIMIT 1
}
RETURN place, $pairs[place][0] AS kind, a {.id, .name, .level, .description} AS before,
  b {.id, .name, .level, .description} AS after, coalesce(e.source, 'derived') AS source,
  coalesce(e.status, 'derived') AS status, e.evidence AS evidence,
  e {.confidence, .support, .lift, .pValue, .weight, .rejectedSupport, .rejectedPValue, .rejectedWeight} AS numbers,
  e.courses AS courses, cycle, CASE WHEN e.status <> 'accepted' THEN implied END AS implied,
  e.proposedAt AS proposed_at, e.reviewedBy AS reviewed_by, e.reviewedAt AS reviewed_at,
  e.reviewReason AS review_reason
ORDER BY place
