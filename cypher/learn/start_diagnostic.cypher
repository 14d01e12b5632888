// Open a diagnostic; no row when the learner or the course is unknown.
// `length`: questions at most.
// params: id STRING, learner STRING, course STRING, length INTEGER, now DATETIME
// returns: id
// access: write
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: $course})
CREATE (l)-[:TOOK]->(d:Diagnostic {id: $id, learner: $learner, course: c.id, length: $length,
  startedAt: $now})
RETURN d.id AS id
