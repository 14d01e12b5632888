// Accept a proposed prerequisite, in your name: it gates from now on. Refused where it would close a cycle of accepted
// prerequisites, where it is no open proposal (see reopen), and without a name. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING
// returns: done, status, reviewed_by, reviewed_at, review_reason, cycle
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (a:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(b:KnowledgePoint {id: $after})
OPTIONAL MATCH back = SHORTEST 1 (b)-[:PREREQUISITE_OF {status: 'accepted'}]->+(a)
WITH b, e, properties(e) AS was, [n IN nodes(back) | n.id] AS cycle,
  $by <> '' AND back IS NULL AND coalesce(e.status = 'proposed', false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'accepted', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why)
SET b.prerequisiteCount = parts.prerequisite_count(b)
RETURN done, was.status AS status, was.reviewedBy AS reviewed_by, was.reviewedAt AS reviewed_at,
  was.reviewReason AS review_reason, cycle
