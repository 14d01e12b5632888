// What a learner knows now, by point; forgetting is applied on reading. No row when there is no such learner.
// params: learner STRING, course STRING, now DATETIME
// returns: mastery
// access: read
MATCH (l:Learner {id: $learner})
OPTIONAL MATCH (c:Course {id: coalesce($course, l.course)})
CALL (l, c) {
  MATCH (l)-[m:MASTERY]->(p)
  WITH c, m, p, parts.days_between(m.practicedAt, $now) AS days
  WITH m, p, days, parts.level(m, c, days) AS level
  ORDER BY p.id
  RETURN collect([p.id, level, m.level, days, m.attempts, m.uncertainty]) AS mastery
}
RETURN mastery
