// What was decided of a course's proposals, the latest first: by whom, when and why, and on what evidence.
// params: course STRING
// returns: kind, before, after, status, reviewed_by, reviewed_at, why, evidence
// access: read
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->()<-[e:PREREQUISITE_OF]-()
  RETURN e, 'prerequisite' AS kind
  UNION
  MATCH (:Course {id: $course})-[:INCLUDES]->()-[e:RELATED_TO]-()
  RETURN e, 'related' AS kind
}
WITH e, kind
WHERE e.status IN ['accepted', 'rejected'] AND (e.reviewedAt IS NOT NULL OR e.source IN ['mined', 'text'])
RETURN kind, startNode(e).id AS before, endNode(e).id AS after, e.status AS status, e.reviewedBy AS reviewed_by,
  e.reviewedAt AS reviewed_at, e.reviewReason AS why, e.evidence AS evidence
ORDER BY coalesce(reviewed_at, datetime('1970-01-01T00:00:00Z')) DESC, kind, before, after
