// Learners by id after one, of a course and a team where they are given; fewer than the limit: there are no more.
// params: course STRING, team STRING, after STRING, limit INTEGER
// returns: id, name, team, course, created_at, answers, success
// access: read
MATCH (l:Learner)
WHERE l.id > $after
  AND ($course IS NULL OR l.course = $course)
  AND ($team IS NULL OR l.team = $team)
RETURN l.id AS id, l.name AS name, l.team AS team, l.course AS course, l.createdAt AS created_at,
  coalesce(l.answers, 0) AS answers, parts.success(l) AS success
ORDER BY id
LIMIT $limit
