// When learners will reach their goals at the pace of the last weeks: points left on the way, points mastered a week, the
// date that follows, and whether it is in time.
// params: course STRING, now DATETIME, weeks INTEGER, limit INTEGER
// returns: learner, left, per_week, forecast, due, in_time
// access: read
// group: goals
// plot: histogram x=forecast of=learners
MATCH (c:Course {id: $course})-[:INCLUDES]->(g:KnowledgePoint)<-[a:AIMS_AT]-(l:Learner)
WITH c, l, collect(g) AS goals, min(a.dueAt) AS due
CALL (c, l, goals) {
  UNWIND goals AS g
  MATCH (g)<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
  WITH DISTINCT c, l, k
  OPTIONAL MATCH (l)-[m:MASTERY]->(k)
  WITH c, l, k, m, parts.days_between(m.practicedAt, $now) AS days
  WITH l, k, parts.mastered_at(k, c) AS threshold, coalesce(parts.level(m, c, days), 0.0) AS level
  RETURN sum(CASE WHEN level < threshold THEN 1 ELSE 0 END) AS left,
    sum(CASE WHEN level >= threshold AND EXISTS {
      MATCH (l)-[:DID]->(i:Interaction)
      WHERE i.at > $now - duration({weeks: $weeks})
        AND any(n IN range(0, size(i.points) - 1)
          WHERE i.points[n] = k.id AND i.before[n] < threshold AND i.after[n] >= threshold)
    } THEN 1 ELSE 0 END) AS gained
}
WITH l, due, left, toFloat(gained) / $weeks AS per_week
WITH l, due, left, per_week,
  CASE WHEN left = 0 THEN $now WHEN per_week > 0 THEN $now + duration({days: 7 * left / per_week}) END AS forecast
RETURN l.id AS learner, left, round(per_week, 2) AS per_week, date(forecast) AS forecast, date(due) AS due,
  CASE WHEN due IS NOT NULL THEN coalesce(forecast <= due, false) END AS in_time
ORDER BY left DESC, learner
LIMIT $limit
