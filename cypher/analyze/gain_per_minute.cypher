// What a minute with each resource is worth: mean reward over the minutes that it takes (reported, or as declared).
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: resource, title, kind, answers, right_share, mean_gain, gain_per_minute
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
WITH DISTINCT r
MATCH (r)<-[:ON]-(i:Interaction)
WITH r, count(i) AS answers, avg(CASE WHEN i.right THEN 1.0 ELSE 0.0 END) AS right_share, avg(i.reward) AS gain,
  avg(coalesce(i.minutes, r.minutes)) AS minutes
WHERE answers >= $at_least AND minutes > 0
RETURN r.id AS resource, r.title AS title, r.kind AS kind, answers, round(right_share, 3) AS right_share,
  round(gain, 4) AS mean_gain, round(gain / minutes, 5) AS gain_per_minute
ORDER BY gain_per_minute DESC, resource
LIMIT $limit
