// When learners reach their goals: points left on the way, points mastered a week since their own first answer (in the last
// `weeks` at most, over three days at least), the date that follows, and whether it is in time. `earliest` to `latest` are the
// dates at the ends of the pace's 95 % interval (points mastered as a Poisson count); no latest one where the pace may be 0.
// Who has reached the goals has that date in `reached` and as forecast.
// params: course STRING, now DATETIME, weeks INTEGER, limit INTEGER
// returns: learner, left, reached, per_week, forecast, earliest, latest, due, in_time
// access: read
// group: goals
// plot: histogram x=forecast of=learners
MATCH (c:Course {id: $course})-[:INCLUDES]->(g:KnowledgePoint)<-[a:AIMS_AT]-(l:Learner)
WITH c, l, collect({point: g, aim: parts.aimed_at(a, g, c)}) AS goals, min(a.dueAt) AS due
CALL (l, goals) {
  UNWIND goals AS goal
  CALL (l, goal) {
    OPTIONAL MATCH (l)-[:DID]->(i)
    WHERE any(n IN range(0, size(i.points) - 1) WHERE i.points[n] = goal.point.id AND i.after[n] >= goal.aim)
    RETURN min(i.at) AS at
  }
  WITH count(*) AS all_goals, count(at) AS those_reached, max(at) AS last
  RETURN CASE WHEN those_reached = all_goals THEN last END AS reached
}
CALL (l) {
  OPTIONAL MATCH (l)-[:DID]->(i)
  RETURN parts.days_between(min(i.at), $now) AS days
}
WITH c, l, goals, due, reached,
  CASE WHEN days / 7 > $weeks THEN toFloat($weeks) WHEN days > 3 THEN days / 7 ELSE 3 / 7.0 END AS weeks
CALL (c, l, goals) {
  UNWIND goals AS goal
  WITH c, l, goal.point AS g
  MATCH (g)<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
  WITH DISTINCT c, l, k
  OPTIONAL MATCH (l)-[m:MASTERY]->(k)
  WITH c, l, k, m, parts.days_between(m.practicedAt, $now) AS days
  WITH l, k, parts.mastered_at(k, c) AS threshold, coalesce(parts.level(m, c, days), 0.0) AS level
  RETURN sum(CASE WHEN level < threshold THEN 1 ELSE 0 END) AS left,
    sum(CASE WHEN level >= threshold AND EXISTS {
      MATCH (l)-[:DID]->(i)
      WHERE i.at > $now - duration({weeks: $weeks})
        AND any(n IN range(0, size(i.points) - 1)
          WHERE i.points[n] = k.id AND i.before[n] < threshold AND i.after[n] >= threshold)
    } THEN 1 ELSE 0 END) AS gained
}
WITH l, due, reached, left, gained / weeks AS pace, parts.poisson_high(toFloat(gained)) / weeks AS fast,
  parts.poisson_low(toFloat(gained)) / weeks AS slow
WITH l, due, reached, left, pace, [p IN [pace, fast, slow] | CASE
  WHEN reached IS NOT NULL THEN date(reached)
  WHEN left = 0 THEN date($now)
  WHEN p > 0 AND left / p < 5000 THEN date($now + duration({days: 7 * left / p}))
END] AS dates
RETURN l.id AS learner, left, date(reached) AS reached, round(pace, 2) AS per_week, dates[0] AS forecast,
  dates[1] AS earliest, dates[2] AS latest, date(due) AS due,
  CASE WHEN due IS NOT NULL THEN coalesce(dates[0] <= date(due), false) END AS in_time
ORDER BY reached IS NOT NULL, left DESC, learner
LIMIT $limit
