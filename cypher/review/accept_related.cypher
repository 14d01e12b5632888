// Accept a proposed semantic edge, in a person's name: it counts from now on, whatever is derived. Refused where somebody
// decided already, unless `again`. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING, again BOOLEAN
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:RELATED_TO]-(:KnowledgePoint {id: $after})
WITH e, properties(e) AS was,
  coalesce(e.status = 'proposed' OR ($again AND e.status <> 'accepted'), false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'accepted', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why)
RETURN done, coalesce(was.status, 'derived') AS status, was.reviewedBy AS reviewed_by,
  was.reviewedAt AS reviewed_at, was.reviewReason AS review_reason
