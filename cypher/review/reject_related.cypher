// Reject a semantic edge, proposed or derived, in a person's name: it does not count, and is not derived again. Refused
// where somebody decided already, unless `again`. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING, again BOOLEAN
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:RELATED_TO]-(:KnowledgePoint {id: $after})
WITH e, properties(e) AS was,
  e.status IS NULL OR e.status = 'proposed' OR ($again AND e.status <> 'rejected') AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'rejected', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why,
    x.rejectedWeight = x.weight)
RETURN done, coalesce(was.status, 'derived') AS status, was.reviewedBy AS reviewed_by,
  was.reviewedAt AS reviewed_at, was.reviewReason AS review_reason
