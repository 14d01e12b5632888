// What the next learners by id answered on a course's points, oldest first: outcomes with what teaches or assesses a point,
// and answers of diagnostics, as lists of point, milliseconds since 1970, right. Levels are left out: they carry what was
// passed on along the very edges that are looked for.
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
  CALL (c, l) {
    MATCH (l)-[:DID]->(i:Interaction)-[:ON]->()-[:TEACHES|ASSESSES]->(k:KnowledgePoint)<-[:INCLUDES]-(c)
    RETURN DISTINCT i, k, i.at AS at, coalesce(i.step, 0) AS step, i.right AS right
    UNION
    MATCH (l)-[:TOOK]->(d:Diagnostic)-[i:ASKED]->()-[:ASSESSES]->(k:KnowledgePoint)<-[:INCLUDES]-(c)
    WHERE i.right IS NOT NULL
    RETURN DISTINCT i, k, i.answeredAt AS at, coalesce(d.step, 0) AS step, i.right AS right
  }
  WITH k, at, step, right
  ORDER BY at, step
  RETURN collect([k.id, at.epochMillis, right]) AS rows
}
RETURN l.id AS learner, COUNT { MATCH (:Learner) } AS total, rows
ORDER BY learner
