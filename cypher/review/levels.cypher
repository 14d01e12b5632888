// How learners' mastery of a course's points grew: for the next learners by id, every interaction with what teaches or
// assesses a point, as lists of point, milliseconds since 1970, level after it, and the level that counts as mastered.
// What interactions and diagnostics only passed on along edges is left out: those edges are what is looked for.
// params: course STRING, after STRING, learners INTEGER
// returns: learner, total, rows
// access: read
MATCH (c:Course {id: $course})
MATCH (l:Learner)
WHERE l.id > $after
WITH c, l
ORDER BY l.id
LIMIT $learners
CALL (c, l) {
  MATCH (l)-[:DID]->(i:Interaction)-[:ON]->()-[:TEACHES|ASSESSES]->(k:KnowledgePoint)<-[:INCLUDES]-(c)
  WITH DISTINCT i, k, [n IN range(0, size(i.points) - 1) WHERE i.points[n] = k.id][0] AS place
  WHERE place IS NOT NULL
  ORDER BY i.at, i.step
  RETURN collect([k.id, i.at.epochMillis, i.after[place], coalesce(k.masteredAt, c.masteredAt, 0.8)]) AS rows
}
RETURN l.id AS learner, COUNT { MATCH (:Learner) } AS total, rows
ORDER BY learner
