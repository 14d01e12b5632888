// Take back what was decided of a pair of related points, in your name: it is an open proposal again, or derived as
// before. Refused where nobody decided anything, and without a name. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:RELATED_TO]-(:KnowledgePoint {id: $after})
WITH e, properties(e) AS was, $by <> '' AND coalesce(e.status IN ['accepted', 'rejected'], false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = CASE WHEN x.source IS NOT NULL THEN 'proposed' END,
    x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why)
RETURN done, coalesce(was.status, 'derived') AS status, was.reviewedBy AS reviewed_by, was.reviewedAt AS reviewed_at,
  was.reviewReason AS review_reason
