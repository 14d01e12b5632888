// What accepting a prerequisite would do today: how many resources it would gate, how many learners have the later
// point open, and for how many of these it would close. Decay is applied on reading.
// params: before STRING, after STRING, now DATETIME
// returns: resources, learners, open, closes
// access: read
MATCH (a:KnowledgePoint {id: $before})
MATCH (b:KnowledgePoint {id: $after})
WITH a, b, COLLECT { MATCH (c:Course)-[:INCLUDES]->(b) RETURN c } AS courses,
  COLLECT { MATCH (b)<-[:PREREQUISITE_OF {status: 'accepted'}]-(p) RETURN DISTINCT p } AS gates
CALL (a, b, courses, gates) {
  UNWIND [a, b] + gates AS p
  WITH DISTINCT a, b, courses, gates, p
  MATCH (p)<-[m:MASTERY]-(l:Learner)
  WITH a, b, gates, p, m, l, [c IN courses WHERE c.id = l.course][0] AS c,
    parts.days_between(m.practicedAt, $now) AS days
  WHERE c IS NOT NULL
  WITH a, b, gates, p, m, l, c, parts.level(m, c, days) AS level
  WITH a, b, gates, p, l, parts.is_met(p, m, level, c) AS met,
    level >= parts.mastered_at(p, c) AS mastered
  WITH l, size(gates) AS needed, sum(CASE WHEN met AND p IN gates THEN 1 ELSE 0 END) AS passed,
    sum(CASE WHEN met AND p = a THEN 1 ELSE 0 END) AS has, sum(CASE WHEN mastered AND p = b THEN 1 ELSE 0 END) AS done
  WITH passed = needed AND done = 0 AS open, has
  RETURN sum(CASE WHEN open THEN 1 ELSE 0 END) AS open,
    sum(CASE WHEN open THEN has ELSE 0 END) AS stay, count(*) AS seen
}
WITH b, gates, open, stay, seen, COUNT { MATCH (l:Learner) WHERE l.course IN [c IN courses | c.id] } AS learners
WITH b, learners, stay, open + CASE WHEN size(gates) = 0 THEN learners - seen ELSE 0 END AS open
RETURN COUNT { MATCH (b)<-[:TEACHES]-(r:Resource) WHERE r.status = 'active' RETURN DISTINCT r } AS resources,
  learners, open, open - stay AS closes
