// Every answer on a course, learner by learner in the order given: outcomes, and the answers of diagnostics. An answer
// stands on the points of the course that its resource teaches or its item assesses.
// params: course STRING
// returns: learner, points, item, right, at
// access: read
MATCH (c:Course {id: $course})
CALL (c) {
  MATCH (c)-[:INCLUDES]->(k)<-[:TEACHES|ASSESSES]-(x)<-[:ON]-(i:Interaction)
  RETURN i.learner AS learner, collect(DISTINCT k.id) AS points, x.id AS item, i.right AS right, i.at AS at,
    i.step AS step, i.id AS id
  UNION ALL
  MATCH (c)-[:INCLUDES]->(k)<-[:ASSESSES]-(x)<-[a:ASKED]-(d:Diagnostic)<-[:TOOK]-(l)
  WHERE a.right IS NOT NULL
  RETURN l.id AS learner, collect(DISTINCT k.id) AS points, x.id AS item, a.right AS right, a.answeredAt AS at,
    coalesce(d.step, 0) AS step, d.id + x.id AS id
}
RETURN learner, points, item, right, at
ORDER BY learner, at, step, id
