// How far the learners of a course are: points mastered now, share of the course, answers and the last day of activity.
// params: course STRING, now DATETIME, limit INTEGER
// returns: learner, mastered, share, answers, right_share, last_active
// access: read
// group: progress
// plot: bar x=learner y=share n=answers unit=of_the_points of=learners
MATCH (c:Course {id: $course})
WITH c, COUNT { (c)-[:INCLUDES]->(:KnowledgePoint) } AS points
MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)<-[m:MASTERY]-(l:Learner)
WITH c, points, k, l, m, parts.days_between(m.practicedAt, $now) AS days
WITH points, l, m, parts.level(m, c, days) AS level, parts.mastered_at(k, c) AS threshold
WITH points, l, sum(CASE WHEN level >= threshold THEN 1 ELSE 0 END) AS mastered, max(m.practicedAt) AS last_active
RETURN l.id AS learner, mastered, round(toFloat(mastered) / points, 3) AS share, coalesce(l.answers, 0) AS answers,
  round(parts.success(l), 3) AS right_share, date(last_active) AS last_active
ORDER BY mastered DESC, learner
LIMIT $limit
