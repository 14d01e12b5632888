// Proposals of a course, strongest first, with what was decided by whom, when and why. `status` null: open and decided
// ones; `kind` null: both. `total` counts all pages; where there is nothing on this page, one row tells it.
// params: course STRING, kind STRING, status STRING, skip INTEGER, limit INTEGER
// returns: total, kind, before, after, status, evidence, reviewed_by, reviewed_at, review_reason
// access: read
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->()<-[e:PREREQUISITE_OF]-()
  RETURN e, 'prerequisite' AS kind
  UNION
  MATCH (:Course {id: $course})-[:INCLUDES]->()-[e:RELATED_TO]-()
  RETURN e, 'related' AS kind
}
WITH e, kind
WHERE kind = coalesce($kind, kind) AND e.status = coalesce($status, e.status)
  AND (e.status = 'proposed' OR e.reviewedBy IS NOT NULL OR e.source IN ['mined', 'text'])
WITH e, kind
ORDER BY kind, e.pValue, e.lift DESC, e.weight DESC, startNode(e).id, endNode(e).id
WITH collect([e, kind]) AS found
WITH size(found) AS total, found[$skip .. $skip + $limit] AS page
UNWIND CASE WHEN page = [] THEN [[null, null]] ELSE page END AS row
WITH total, row[0] AS e, row[1] AS kind
RETURN total, kind, startNode(e).id AS before, endNode(e).id AS after, e.status AS status, e.evidence AS evidence,
  e.reviewedBy AS reviewed_by, e.reviewedAt AS reviewed_at, e.reviewReason AS review_reason
