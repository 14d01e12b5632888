// What one learner did, in order: the answer, the reward, and the levels that it changed most.
// params: learner STRING, limit INTEGER
// returns: at, practised, right, reward, changes, policy
// access: read
// group: progress
MATCH (:Learner {id: $learner})-[:DID]->(i:Interaction)-[:ON]->(r)
OPTIONAL MATCH (i)-[:FOLLOWED]->(q:Recommendation)
WITH i, r, q
ORDER BY i.step DESC
LIMIT $limit
RETURN i.at AS at, coalesce(r.title, r.prompt, r.id) AS practised, i.right AS right, round(i.reward, 4) AS reward,
  COLLECT {
    UNWIND range(0, size(i.points) - 1) AS n
    WITH i.points[n] AS point, i.before[n] AS before, i.after[n] AS after
    RETURN point + ' ' + toString(round(before, 2)) + ' → ' + toString(round(after, 2))
    ORDER BY abs(after - before) DESC, point
    LIMIT 3
  } AS changes,
  q.policy AS policy
