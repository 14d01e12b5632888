// Reject a pair of related points, proposed or derived from shared resources, in your name: it does not count, and is
// not derived again. Refused where it was decided already (see reopen_related), and without a name. No row: no such
// edge.
// params: before STRING, after STRING, by STRING, why STRING
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:RELATED_TO]-(:KnowledgePoint {id: $after})
WITH e, properties(e) AS was, $by <> '' AND coalesce(e.status, 'proposed') = 'proposed' AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'rejected', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why,
    x.rejectedWeight = x.weight)
RETURN done, coalesce(was.status, 'derived') AS status, was.reviewedBy AS reviewed_by, was.reviewedAt AS reviewed_at,
  was.reviewReason AS review_reason
