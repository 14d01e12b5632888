// How a cohort grows: points newly mastered and fallen back each week (answers and diagnostics; forgetting apart), and how
// many points those whose levels have changed so far have mastered by then, each on average.
// params: course STRING
// returns: week, gained, lost, learners, mastered_each
// access: read
// group: progress
// plot: line x=week y=mastered_each n=learners unit=points of=weeks
CALL () {
  MATCH (i:Interaction)
  RETURN i AS e, i.at AS at
  UNION ALL
  MATCH (d:Diagnostic)
  WHERE d.finishedAt IS NOT NULL
  RETURN d AS e, d.finishedAt AS at
}
UNWIND range(0, size(coalesce(e.points, [])) - 1) AS n
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint {id: e.points[n]})
WITH at, e, parts.mastered_at(k, c) AS threshold, n
WITH date.truncate('week', at) AS week, e.learner AS learner,
  CASE WHEN e.before[n] < threshold AND e.after[n] >= threshold THEN 1 ELSE 0 END AS up,
  CASE WHEN e.before[n] >= threshold AND e.after[n] < threshold THEN 1 ELSE 0 END AS down
WITH week, sum(up) AS gained, sum(down) AS lost, collect(DISTINCT learner) AS active
ORDER BY week
WITH collect({week: week, gained: gained, lost: lost, active: active}) AS weeks
UNWIND range(0, size(weeks) - 1) AS n
UNWIND weeks[..n + 1] AS past
UNWIND past.active AS learner
WITH weeks, n, count(DISTINCT learner) AS learners
RETURN weeks[n].week AS week, weeks[n].gained AS gained, weeks[n].lost AS lost, learners,
  round(toFloat(reduce(total = 0, past IN weeks[..n + 1] | total + past.gained - past.lost)) / learners, 3)
    AS mastered_each
ORDER BY week
