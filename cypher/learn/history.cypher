// A learner's latest outcomes and unanswered recommendations before a moment, newest first. A learner without any has one
// row of nulls; an unknown learner has none.
// params: learner STRING, before DATETIME, limit INTEGER
// returns: at, resource, item, recommendation, policy, outcome, right, reward
// access: read
MATCH (l:Learner {id: $learner})
OPTIONAL CALL (l) {
  MATCH (i:Interaction)
  WHERE i.learner = $learner AND i.at < coalesce($before, datetime('9999-01-01T00:00:00Z'))
  OPTIONAL MATCH (i)-[:ON]->(r:Resource)
  OPTIONAL MATCH (i)-[:ON]->(t:Item)
  OPTIONAL MATCH (i)-[:FOLLOWED]->(q)
  RETURN i.at AS at, i.step AS step, r.id AS resource, t.id AS item, q.id AS recommendation, q.policy AS policy,
    i.id AS outcome, i.right AS right, i.reward AS reward
  ORDER BY at DESC, step DESC
  LIMIT $limit
  UNION ALL
  MATCH (q:Recommendation)
  WHERE q.learner = $learner AND q.at < coalesce($before, datetime('9999-01-01T00:00:00Z'))
    AND NOT EXISTS { (q)<-[:FOLLOWED]-() }
  RETURN q.at AS at, q.step AS step, q.resource AS resource, null AS item, q.id AS recommendation, q.policy AS policy,
    null AS outcome, null AS right, null AS reward
  ORDER BY at DESC, step DESC
  LIMIT $limit
}
RETURN at, resource, item, recommendation, policy, outcome, right, reward
ORDER BY at DESC, step DESC
LIMIT $limit
