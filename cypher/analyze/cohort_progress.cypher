// How far the learners of a course are: points mastered now, share of the course, answers and the last day of activity.
// params: course STRING, now DATETIME, limit INTEGER
// returns: learner, mastered, share, answers, right_share, last_active
// access: read
// group: progress
// plot: bar x=learner y=share
MATCH (c:Course {id: $course})
WITH c, COUNT { (c)-[:INCLUDES]->(:KnowledgePoint) } AS points
MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)<-[m:MASTERY]-(l:Learner)
WITH c, points, k, l, m, ($now.epochMillis - m.practicedAt.epochMillis) / 86400000.0 AS days
WITH points, l, m,
  CASE WHEN days >= 3 THEN m.level * exp(-coalesce(m.decay, c.forgetting, 0.08) * days) ELSE m.level END AS level,
  coalesce(k.masteredAt, c.masteredAt, 0.8) AS threshold
WITH points, l, sum(CASE WHEN level >= threshold THEN 1 ELSE 0 END) AS mastered, max(m.practicedAt) AS last_active
RETURN l.id AS learner, mastered, round(toFloat(mastered) / points, 3) AS share, coalesce(l.answers, 0) AS answers,
  round(coalesce(l.success, 0.5), 3) AS right_share, date(last_active) AS last_active
ORDER BY mastered DESC, learner
LIMIT $limit
