// Learners with goals who have done nothing for some days, with what they were last recommended.
// params: course STRING, now DATETIME, days INTEGER, limit INTEGER
// returns: learner, last_active, goals, last_recommended
// access: read
// group: progress
MATCH (:Course {id: $course})-[:INCLUDES]->(g:KnowledgePoint)<-[:AIMS_AT]-(l:Learner)
WITH l, collect(g.id) AS goals
CALL (l) {
  OPTIONAL MATCH (l)-[:DID]->(i:Interaction)
  RETURN max(i.at) AS last_active
}
WITH l, goals, coalesce(last_active, l.createdAt) AS last_active
WHERE last_active < $now - duration({days: $days})
CALL (l) {
  OPTIONAL MATCH (l)-[:RECEIVED]->(q:Recommendation)
  RETURN q.resource AS last_recommended
  ORDER BY q.at DESC
  LIMIT 1
}
RETURN l.id AS learner, date(last_active) AS last_active, goals, last_recommended
ORDER BY last_active, learner
LIMIT $limit
