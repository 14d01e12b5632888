// Open a diagnostic; no row when the learner or the course is unknown.
// params: id STRING, learner STRING, course STRING, now DATETIME
// returns: id
// access: write
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: $course})
CREATE (l)-[:TOOK]->(d:Diagnostic {id: $id, learner: $learner, course: c.id, startedAt: $now})
RETURN d.id AS id
