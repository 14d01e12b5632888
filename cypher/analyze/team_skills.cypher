// What a team can do: each point of the course with how many of the team master it now (forgetting counted), their mean
// level, and who are best at it. `learners`: ids of learners or names of teams (a property `team` that your own systems set
// on learners); none: everybody who has begun the course.
// params: course STRING, learners LIST<STRING>, now DATETIME, limit INTEGER
// returns: point, name, members, mastered, share, mean_level, best
// access: read
// group: teams
// plot: bar x=point label=name y=share n=members unit=of_the_team of=points
MATCH (l:Learner)
WHERE parts.in_team(l, $learners, $course)
WITH collect(l) AS team
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
UNWIND team AS l
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
WITH c, k, l, m, parts.days_between(m.practicedAt, $now) AS days
WITH k, parts.mastered_at(k, c) AS threshold, l.id AS learner, coalesce(parts.level(m, c, days), 0.0) AS level
ORDER BY level DESC, learner
WITH k, count(*) AS members, sum(CASE WHEN level >= threshold THEN 1 ELSE 0 END) AS mastered, avg(level) AS mean,
  [pair IN collect([learner, level]) WHERE pair[1] > 0 | pair[0]][..3] AS best
RETURN k.id AS point, k.name AS name, members, mastered, round(toFloat(mastered) / members, 3) AS share,
  round(mean, 3) AS mean_level, best
ORDER BY mastered DESC, mean_level DESC, point
LIMIT $limit
