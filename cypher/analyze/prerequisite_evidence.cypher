// What the learners say about each prerequisite: how many master the later point among those who master the earlier one and
// among those who do not. A lift near 1 is a reason to look at the edge again.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: before, after, learners, share_with, share_without, lift
// access: read
// group: points
// plot: bar x=after y=lift
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
MATCH (p:KnowledgePoint)-[:PREREQUISITE_OF {status: 'accepted'}]->(k)
MATCH (l:Learner)-[m:MASTERY]->(k)
OPTIONAL MATCH (l)-[e:MASTERY]->(p)
WITH p, k, CASE WHEN m.level >= parts.mastered_at(k, c) THEN 1.0 ELSE 0.0 END AS knows,
  coalesce(e.level, 0.0) >= parts.met_at(p, c) AS met
WITH p, k, count(*) AS learners, avg(CASE WHEN met THEN knows END) AS share_with,
  avg(CASE WHEN NOT met THEN knows END) AS share_without
WHERE learners >= $at_least
RETURN p.id AS before, k.id AS after, learners, round(share_with, 3) AS share_with,
  round(share_without, 3) AS share_without,
  CASE WHEN share_without > 0 THEN round(share_with / share_without, 2) END AS lift
ORDER BY lift, learners DESC, before, after
LIMIT $limit
