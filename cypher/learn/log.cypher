// The log of the next learners by id: decisions (of one course, or since a moment, if given) and every change of the
// learner's state, from which what a decision saw can be rebuilt.
// params: after STRING, learners INTEGER, course STRING, since DATETIME
// returns: learner, rates, decays, decisions, changes
// access: read
MATCH (l:Learner)
WHERE l.id > $after
WITH l
ORDER BY l.id
LIMIT $learners
CALL (l) {
  MATCH (l)-[:RECEIVED]->(q:Recommendation)
  WHERE ($course IS NULL OR q.course = $course) AND ($since IS NULL OR q.at >= $since)
  RETURN collect(properties(q)) AS decisions, collect(DISTINCT q.course) AS courses
}
CALL (l) {
  CALL (l) {
    MATCH (l)-[:DID]->(i:Interaction)
    OPTIONAL MATCH (i)-[:FOLLOWED]->(q)
    RETURN i.step AS step, i.at AS at, i.points AS points, i.after AS after, i.decays AS decays, i.right AS right,
      i.reward AS reward,
      q.id AS recommendation
    UNION ALL
    MATCH (l)-[:TOOK]->(d:Diagnostic)
    WHERE d.step IS NOT NULL
    RETURN d.step AS step, d.finishedAt AS at, d.points AS points, d.after AS after, null AS decays, null AS right,
      null AS reward,
      null AS recommendation
  }
  RETURN collect({step: step, at: at, points: points, after: after, decays: decays, right: right, reward: reward,
    recommendation: recommendation}) AS changes
}
RETURN l.id AS learner, decisions, changes,
  COLLECT {
    MATCH (c:Course)
    WHERE c.id IN courses AND c.forgetting IS NOT NULL
    RETURN [c.id, c.forgetting]
  } AS rates,
  COLLECT {
    MATCH (l)-[m:MASTERY]->(k)
    WHERE m.decay IS NOT NULL
    RETURN [k.id, m.decay]
  } AS decays
ORDER BY learner
