// What the next learners by id answered on a course's points, oldest first: outcomes with what teaches or assesses a point,
// and answers of diagnostics, as lists of point, milliseconds since 1970, right. Levels are left out: they carry what was
// passed on along the very edges that are looked for.
// Each learner's own answers are walked first: from the course, everybody's would be, for each learner anew.
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
    MATCH (l)-[:DID]->(i)
    WITH c, i
    MATCH (i)-[:ON]->(x)
    WITH c, i, x
    MATCH (x)-[:TEACHES|ASSESSES]->(k)
    WHERE EXISTS { (c)-[:INCLUDES]->(k) }
    RETURN DISTINCT i, k, i.at AS at, coalesce(i.step, 0) AS step, i.right AS right
    UNION
    MATCH (l)-[:TOOK]->(d)-[i:ASKED]->(x)
    WHERE i.right IS NOT NULL
    WITH c, d, i, x
    MATCH (x)-[:ASSESSES]->(k)
    WHERE EXISTS { (c)-[:INCLUDES]->(k) }
    RETURN DISTINCT i, k, i.answeredAt AS at, coalesce(d.step, 0) AS step, i.right AS right
  }
  WITH k, at, step, right
  ORDER BY at, step
  RETURN collect([k.id, at.epochMillis, right]) AS rows
}
RETURN l.id AS learner, COUNT { MATCH (:Learner) } AS total, rows
ORDER BY learner
