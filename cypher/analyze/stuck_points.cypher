// Where learners get stuck, and on which prerequisite: learners with `at_least` answers on a point who have not mastered it
// (forgetting counted), and the prerequisite that most of them do not meet, the weakest of those.
// params: course STRING, now DATETIME, at_least INTEGER, limit INTEGER
// returns: point, name, learners, answers, right_share, weakest_prerequisite, lacking, its_mean_level
// access: read
// group: points
// plot: bar x=point label=name y=learners n=answers unit=stuck of=points
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[:TEACHES|ASSESSES]-()<-[:ON]-(i:Interaction)<-[:DID]-(l:Learner)
WITH c, k, l, count(DISTINCT i) AS answers, sum(CASE WHEN i.right THEN 1 ELSE 0 END) AS right
WHERE answers >= $at_least
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
WITH c, k, l, answers, right, m, parts.days_between(m.practicedAt, $now) AS days
WITH c, k, l, answers, right, coalesce(parts.level(m, c, days), 0.0) AS level
WHERE level < parts.mastered_at(k, c)
WITH c, k, collect(l) AS stuck, sum(answers) AS answers, sum(right) AS right
CALL (c, k, stuck) {
  MATCH (k)<-[:PREREQUISITE_OF {status: 'accepted'}]-(p:KnowledgePoint)
  UNWIND stuck AS l
  OPTIONAL MATCH (l)-[m:MASTERY]->(p)
  WITH c, p, m, parts.days_between(m.practicedAt, $now) AS days
  WITH p, parts.met_at(p, c) AS needed, coalesce(parts.level(m, c, days), 0.0) AS level
  WITH p, avg(level) AS mean, sum(CASE WHEN level < needed THEN 1 ELSE 0 END) AS lacking
  ORDER BY lacking DESC, mean, p.id
  RETURN collect({id: p.id, lacking: lacking, level: mean})[0] AS weakest
}
RETURN k.id AS point, k.name AS name, size(stuck) AS learners, answers, round(toFloat(right) / answers, 3) AS right_share,
  weakest.id AS weakest_prerequisite, weakest.lacking AS lacking, round(weakest.level, 3) AS its_mean_level
ORDER BY learners DESC, answers DESC, point
LIMIT $limit
