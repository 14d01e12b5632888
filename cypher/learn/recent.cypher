// A learner's latest outcomes on resources before a moment, newest first: what rankers look back on.
// params: learner STRING, now DATETIME, limit INTEGER
// returns: resource, right, at
// access: read
MATCH (i:Interaction)
WHERE i.learner = $learner AND i.at <= $now
MATCH (i)-[:ON]->(r:Resource)
WITH i, r
ORDER BY i.at DESC, i.step DESC
LIMIT $limit
RETURN r.id AS resource, i.right AS right, i.at AS at
ORDER BY at DESC, i.step DESC
