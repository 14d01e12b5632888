// What speaks for skipping a point: the point itself, its direct prerequisites, and what builds on it within four hops of
// accepted prerequisites, each with the learner's mastery now. A row a point; `role` is point, prerequisite or dependent.
// `chain` is a shortest one from the point to the dependent, `confidence` the product along it; `builds_on` are direct
// prerequisites; `wanted` says whether the point is on the way to the goals (in the course, without goals); `aim` is the
// level that a goal asks for. No row: no such learner, course or point.
// params: learner STRING, course STRING, point STRING, now DATETIME
// returns: learner, course, role, point, name, level, uncertainty, attempts, met_at, mastered_at, aim, wanted, chain,
// confidence, builds_on
// access: read
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: coalesce($course, l.course)})
MATCH (b:KnowledgePoint {id: $point})
CALL (l) {
  OPTIONAL MATCH (l)-[:AIMS_AT]->()<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
  RETURN collect(DISTINCT k) AS way
}
CALL (b) {
  RETURN 'point' AS role, b AS k, [b.id] AS chain, 1.0 AS confidence
  UNION ALL
  MATCH (b)<-[e:PREREQUISITE_OF {status: 'accepted'}]-(k)
  RETURN 'prerequisite' AS role, k, [k.id, b.id] AS chain, coalesce(e.confidence, 1.0) AS confidence
  UNION ALL
  MATCH path = SHORTEST 1 (b)-[:PREREQUISITE_OF {status: 'accepted'}]->{1,4}(k)
  RETURN 'dependent' AS role, k, [each IN nodes(path) | each.id] AS chain,
    reduce(product = 1.0, e IN relationships(path) | product * coalesce(e.confidence, 1.0)) AS confidence
}
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
OPTIONAL MATCH (l)-[a:AIMS_AT]->(k)
WITH l, c, way, role, k, chain, confidence, m, a, parts.days_between(m.practicedAt, $now) AS days
WITH l, c, way, role, k, chain, confidence, m, a, parts.level(m, c, days) AS level
RETURN l.id AS learner, c.id AS course, role, k.id AS point, k.name AS name, coalesce(level, 0.0) AS level,
  m.uncertainty AS uncertainty, coalesce(m.attempts, 0) AS attempts,
  parts.met_at(k, c) AS met_at, parts.mastered_at(k, c) AS mastered_at,
  CASE WHEN a IS NOT NULL THEN coalesce(a.level, 0.0) END AS aim,
  CASE WHEN size(way) = 0 THEN EXISTS { (c)-[:INCLUDES]->(k) } ELSE k IN way END AS wanted,
  chain, confidence, COLLECT { MATCH (k)<-[:PREREQUISITE_OF {status: 'accepted'}]-(q) RETURN q.id } AS builds_on
ORDER BY role, size(chain), point
