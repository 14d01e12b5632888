// How long a point takes: answers and days from the first change of a learner's level to the first time it reached the
// threshold.
// params: course STRING, limit INTEGER
// returns: point, name, learners, median_answers, median_days
// access: read
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
MATCH (l:Learner)-[:MASTERY]->(k)
CALL (c, k, l) {
  MATCH (l)-[:DID]->(i:Interaction)
  WHERE k.id IN i.points
  WITH c, k, i, [n IN range(0, size(i.points) - 1) WHERE i.points[n] = k.id | i.after[n]][0] AS level
  ORDER BY i.step
  WITH coalesce(k.masteredAt, c.masteredAt, 0.8) AS threshold, collect({at: i.at, level: level}) AS steps
  WITH steps, [n IN range(0, size(steps) - 1) WHERE steps[n].level >= threshold][0] AS reached
  WHERE reached IS NOT NULL
  RETURN reached + 1 AS answers, duration.inSeconds(steps[0].at, steps[reached].at).seconds / 86400.0 AS days
}
RETURN k.id AS point, k.name AS name, count(*) AS learners, percentileCont(answers, 0.5) AS median_answers,
  round(percentileCont(days, 0.5), 2) AS median_days
ORDER BY median_answers DESC, point
LIMIT $limit
