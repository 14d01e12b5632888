// Accept a proposed pair of related points, in your name: it counts from now on, whatever their resources say. Refused
// where it is no open proposal (see reopen_related), and without a name. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:RELATED_TO]-(:KnowledgePoint {id: $after})
WITH e, properties(e) AS was, $by <> '' AND coalesce(e.status = 'proposed', false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'accepted', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why)
RETURN done, coalesce(was.status, 'derived') AS status, was.reviewedBy AS reviewed_by, was.reviewedAt AS reviewed_at,
  was.reviewReason AS review_reason
