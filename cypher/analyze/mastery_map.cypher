// Where a course is known and where it is not: mean mastery and mastered share by domain and level, over the learners who
// touched a point.
// params: course STRING, now DATETIME
// returns: domain, level, points, learners, mean_mastery, mastered_share
// access: read
// group: points
// plot: heatmap x=level y=domain value=mean_mastery of=domains_and_levels
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
OPTIONAL MATCH (k)<-[m:MASTERY]-(l:Learner)
WITH c, k, l, m, parts.days_between(m.practicedAt, $now) AS days
WITH c, k, l, parts.level(m, c, days) AS level
RETURN k.domain AS domain, k.level AS level, count(DISTINCT k) AS points, count(DISTINCT l) AS learners,
  round(avg(level), 3) AS mean_mastery,
  round(avg(CASE WHEN level >= parts.mastered_at(k, c) THEN 1.0 WHEN level IS NOT NULL THEN 0.0 END),
    3) AS mastered_share
ORDER BY level, domain
