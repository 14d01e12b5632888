// What a learner knows now, by point; forgetting is applied on reading. No row when there is no such learner.
// params: learner STRING, course STRING, now DATETIME
// returns: mastery
// access: read
MATCH (l:Learner {id: $learner})
OPTIONAL MATCH (c:Course {id: coalesce($course, l.course)})
CALL (l, c) {
  MATCH (l)-[m:MASTERY]->(p)
  WITH c, m, p, ($now.epochMillis - m.practicedAt.epochMillis) / 86400000.0 AS days
  WITH m, p, days,
    CASE WHEN days >= 3 THEN m.level * exp(-coalesce(m.decay, toFloatOrNull(c.forgetting), 0.08) * days)
      ELSE m.level END AS level
  ORDER BY p.id
  RETURN collect([p.id, level, m.level, days, m.attempts, m.uncertainty]) AS mastery
}
RETURN mastery
