// Reject a proposed prerequisite, in your name, and keep the evidence that it had then: it is proposed again only on
// more. Refused where it is no open proposal (see reopen), and without a name. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING
// returns: done, status, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(b:KnowledgePoint {id: $after})
WITH b, e, properties(e) AS was, $by <> '' AND coalesce(e.status = 'proposed', false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'rejected', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why,
    x.rejectedSupport = x.support, x.rejectedPValue = x.pValue)
SET b.prerequisiteCount = parts.prerequisite_count(b)
RETURN done, was.status AS status, was.reviewedBy AS reviewed_by, was.reviewedAt AS reviewed_at,
  was.reviewReason AS review_reason
