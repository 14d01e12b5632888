// The ways that learners of one goal take: the first `depth` points of the way that they practised, in order, with what came
// of each way. `reached` counts those whose level of the goal has come to what they aim at; medians are over them.
// params: goal STRING, depth INTEGER, limit INTEGER
// returns: path, learners, reached, reached_share, median_steps, median_minutes
// access: read
// group: goals
// plot: bar x=path y=reached_share n=learners of=ways
MATCH (g:KnowledgePoint {id: $goal})<-[a:AIMS_AT]-(l:Learner)
OPTIONAL MATCH (c:Course {id: l.course})
WITH g, l, parts.aimed_at(a, g, c) AS aim
CALL (g, l) {
  MATCH (l)-[:DID]->(i:Interaction)-[:ON]->(r)-[t:TEACHES|ASSESSES]->(k:KnowledgePoint)
  WHERE parts.is_primary(t) AND EXISTS { (k)-[:PREREQUISITE_OF*0.. {status: 'accepted'}]->(g) }
  WITH k, min(i.step) AS first
  ORDER BY first, k.id
  RETURN collect(k.id)[..$depth] AS path
}
CALL (g, l, aim) {
  parts.steps_to_goal(l, g, aim)
}
WITH path, reached, steps_taken, minutes
WHERE size(path) > 0
WITH path, count(*) AS learners, sum(CASE WHEN reached THEN 1 ELSE 0 END) AS reached,
  percentileCont(CASE WHEN reached THEN steps_taken END, 0.5) AS median_steps,
  percentileCont(CASE WHEN reached THEN minutes END, 0.5) AS median_minutes
RETURN path, learners, reached, round(toFloat(reached) / learners, 3) AS reached_share, median_steps,
  round(median_minutes, 1) AS median_minutes
ORDER BY learners DESC, path
LIMIT $limit
