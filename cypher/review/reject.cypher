// Reject a proposed prerequisite, in a person's name, and keep the evidence that it had then: it is proposed again only
// on more. Refused where somebody decided already, unless `again`; what files state without a review is
// changed there. No row: there is no such edge.
// params: before STRING, after STRING, by STRING, why STRING, again BOOLEAN
// returns: done, status, courses, reviewed_by, reviewed_at, review_reason
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
WITH l
MATCH (:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(b:KnowledgePoint {id: $after})
WITH b, e, properties(e) AS was, coalesce(e.status = 'proposed' OR ($again AND e.status <> 'rejected'
    AND (coalesce(e.courses, '') = '' OR e.reviewedBy IS NOT NULL)), false) AS done
ORDER BY done DESC
LIMIT 1
FOREACH (x IN CASE WHEN done THEN [e] ELSE [] END |
  SET x.status = 'rejected', x.reviewedBy = $by, x.reviewedAt = datetime(), x.reviewReason = $why,
    x.rejectedSupport = x.support, x.rejectedPValue = x.pValue)
SET b.prerequisiteCount = COUNT { MATCH (b)<-[:PREREQUISITE_OF {status: 'accepted'}]-(:KnowledgePoint) }
RETURN done, coalesce(was.status, 'without a status') AS status, was.courses AS courses, was.reviewedBy AS reviewed_by,
  was.reviewedAt AS reviewed_at, was.reviewReason AS review_reason
