// Accept a proposed prerequisite, in a person's name: it gates from now on. Refused where it would close a cycle of
// accepted prerequisites, and where somebody decided already, unless `again`; what files state without a
// review is changed there. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING, again BOOLEAN
// returns: done, status, courses, cycle, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (a:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(b:KnowledgePoint {id: $after})
OPTIONAL MATCH back = SHORTEST 1 (b)-[:PREREQUISITE_OF {status: 'accepted'}]->+(a)
WITH b, e, properties(e) AS was, [n IN nodes(back) | n.id] AS cycle,
  back IS NULL AND coalesce(e.status = 'proposed' OR ($again AND e.status <> 'accepted'
    AND (coalesce(e.courses, '') = '' OR e.reviewedBy IS NOT NULL)), false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'accepted', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why)
SET b.prerequisiteCount = COUNT { MATCH (b)<-[:PREREQUISITE_OF {status: 'accepted'}]-(:KnowledgePoint) }
RETURN done, coalesce(was.status, 'without a status') AS status, was.courses AS courses, cycle, was.reviewedBy AS reviewed_by,
  was.reviewedAt AS reviewed_at, was.reviewReason AS review_reason
