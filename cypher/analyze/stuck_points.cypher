// Points where learners get stuck: wrong answers by learners who have not mastered the point, and the prerequisite that
// is weakest among them.
// params: course STRING, now DATETIME, limit INTEGER
// returns: point, name, learners, wrong, answers, weakest_prerequisite, its_mean_level
// access: read
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[:TEACHES]-(:Resource)<-[:ON]-(i:Interaction)<-[:DID]-(l:Learner)
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
WITH c, k, l, coalesce(m.level, 0.0) AS level, sum(CASE WHEN i.right THEN 0 ELSE 1 END) AS wrong, count(i) AS answers
WHERE wrong > 0 AND level < coalesce(k.masteredAt, c.masteredAt, 0.8)
WITH c, k, collect(l) AS stuck, sum(wrong) AS wrong, sum(answers) AS answers
CALL (c, k, stuck) {
  MATCH (k)<-[:PREREQUISITE_OF {status: 'accepted'}]-(p:KnowledgePoint)
  UNWIND stuck AS l
  OPTIONAL MATCH (l)-[m:MASTERY]->(p)
  WITH c, p, m, ($now.epochMillis - m.practicedAt.epochMillis) / 86400000.0 AS days
  WITH p, coalesce(CASE WHEN days >= 3 THEN m.level * exp(-coalesce(m.decay, c.forgetting, 0.08) * days)
    ELSE m.level END, 0.0) AS level
  WITH p, avg(level) AS mean
  ORDER BY mean, p.id
  RETURN collect({id: p.id, level: mean})[0] AS weakest
}
RETURN k.id AS point, k.name AS name, size(stuck) AS learners, wrong, answers, weakest.id AS weakest_prerequisite,
  round(weakest.level, 3) AS its_mean_level
ORDER BY learners DESC, wrong DESC, point
LIMIT $limit
