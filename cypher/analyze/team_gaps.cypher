// What a team lacks for a goal: the points on the way to it, in the order of learning, with how many do not master them yet
// (forgetting counted), who comes nearest, and how far the nearest one is from the threshold. `learners` as in team_skills.
// params: course STRING, goal STRING, learners LIST<STRING>, now DATETIME
// returns: point, name, members, lacking, nobody, nearest, missing
// access: read
// group: teams
// plot: bar x=point label=name y=lacking n=members unit=members of=points
MATCH (l:Learner)
WHERE parts.in_team(l, $learners, $course)
WITH collect(l) AS team
MATCH (c:Course {id: $course})
MATCH (g:KnowledgePoint {id: $goal})
MATCH (g)<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
WITH DISTINCT team, c, k
WITH team, c, k, COUNT { MATCH (k)<-[:PREREQUISITE_OF*1.. {status: 'accepted'}]-(p) RETURN DISTINCT p } AS before
UNWIND team AS l
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
WITH c, k, before, l, m, parts.days_between(m.practicedAt, $now) AS days
WITH k, before, parts.mastered_at(k, c) AS threshold, l.id AS learner,
  coalesce(parts.level(m, c, days), 0.0) AS level
ORDER BY level DESC, learner
WITH k, before, threshold, count(*) AS members, sum(CASE WHEN level < threshold THEN 1 ELSE 0 END) AS lacking,
  collect([learner, level])[0] AS nearest
WHERE lacking > 0
RETURN k.id AS point, k.name AS name, members, lacking, lacking = members AS nobody,
  CASE WHEN nearest[1] > 0 THEN nearest[0] END AS nearest,
  round(CASE WHEN nearest[1] < threshold THEN threshold - nearest[1] ELSE 0.0 END, 3) AS missing
ORDER BY before, point
