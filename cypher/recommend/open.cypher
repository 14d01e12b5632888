// The recommendations of a learner's latest decision in a course that were neither answered nor dismissed, in the order of
// the slate. Those of one decision have the same moment. The latest is ordered by learner, too, as the index is: so it is
// found without reading the others.
// params: learner STRING, course STRING
// returns: decision
// access: read
MATCH (l:Learner {id: $learner})
CALL (l) {
  MATCH (q:Recommendation)
  WHERE q.learner = $learner AND q.at IS NOT NULL AND q.course = coalesce($course, l.course)
  RETURN q.at AS latest
  ORDER BY q.learner DESC, q.at DESC
  LIMIT 1
}
MATCH (q:Recommendation)
WHERE q.learner = $learner AND q.at = latest AND q.course = coalesce($course, l.course) AND q.dismissedAt IS NULL
  AND NOT EXISTS { (q)<-[:FOLLOWED]-() }
RETURN properties(q) AS decision
ORDER BY coalesce(q.place, 0), q.id
