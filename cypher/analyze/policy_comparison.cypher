// Was the new policy better, and how sure: reward per answered decision, points mastered, goals reached and minutes of each
// arm, a policy and its version, with learners as the units. A learner belongs to the arm that decided most of their
// decisions between `since` and `until`; `mixed` counts those who met another arm too, `own_share` is the share of decisions
// that the arm itself made; visitors with fewer than `at_least` decisions are left out. `low` to `high` is a 95 % interval of
// the mean by Student's t, `difference` the one from `baseline` (a policy, or policy and version; the arm that decided first
// without one), with Welch's interval; the verdict is unclear where that holds 0, or where nothing differs between learners,
// which leaves no interval. `learners`: ids or teams.
// params: course STRING, learners LIST<STRING>, since DATETIME, until DATETIME, at_least INTEGER, baseline STRING
// returns: measure, arm, learners, mixed, own_share, decisions, mean, low, high, difference, difference_low, difference_high, verdict
// access: read
// group: policies
// plot: interval x=arm y=mean low=low high=high n=learners panel=measure of=means
MATCH (c:Course {id: $course})
MATCH (l:Learner)-[:RECEIVED]->(q:Recommendation {course: $course})
WHERE q.at >= $since AND q.at < $until AND (size($learners) = 0 OR parts.in_team(l, $learners, $course))
WITH c, l, q.policy AS policy, parts.arm(q) AS arm, count(q) AS decisions, min(q.at) AS first
ORDER BY decisions DESC, first, arm
WITH c, l, sum(decisions) AS decisions, collect({arm: arm, policy: policy, decisions: decisions, first: first}) AS arms
WHERE decisions >= $at_least
// What follows starts at each learner's own decisions and answers. Labels are left out, and the course comes last: by an index,
// or from the course, everybody's would be walked for each learner anew.
CALL (l) {
  MATCH (l)-[:RECEIVED]->(q)
  WHERE q.course = $course AND q.at >= $since AND q.at < $until
  CALL (q) {
    MATCH (q)<-[:FOLLOWED]-(i)
    RETURN i.reward AS reward
    ORDER BY i.step
    LIMIT 1
  }
  RETURN avg(reward) AS reward
}
CALL (c, l) {
  MATCH (l)-[:DID]->(i)-[:ON]->(r)
  WHERE i.at >= $since AND i.at < $until AND EXISTS { (r)-[:TEACHES|ASSESSES]->()<-[:INCLUDES]-(c) }
  RETURN sum(coalesce(i.minutes, r.minutes, 0.0)) AS minutes
}
CALL (c, l) {
  MATCH (l)-[:DID]->(i)-[:ON]->()-[:TEACHES|ASSESSES]->(k)
  WHERE i.at >= $since AND i.at < $until AND k.id IN i.points
  WITH DISTINCT c, k, i, [n IN range(0, size(i.points) - 1) WHERE i.points[n] = k.id][0] AS n
  ORDER BY i.step
  WITH c, k, collect(i.before[n])[0] AS before, collect(i.after[n])[-1] AS after
  WHERE EXISTS { (c)-[:INCLUDES]->(k) }
  WITH before, after, parts.mastered_at(k, c) AS threshold
  RETURN sum(CASE WHEN before < threshold AND after >= threshold THEN 1 ELSE 0 END) AS mastered
}
CALL (c, l) {
  MATCH (l)-[:RECEIVED]->(q)
  WHERE q.course = $course AND q.at >= $since AND q.at < $until
  UNWIND range(0, size(q.goals) - 1) AS n
  WITH DISTINCT c, l, q.goals[n] AS goal, {level: q.goalLevels[n]} AS aim
  MATCH (g:KnowledgePoint {id: goal})
  WITH l, g, parts.aimed_at(aim, g, c) AS level
  WITH g, max(CASE WHEN EXISTS {
    MATCH (l)-[:DID]->(i)
    WHERE i.at >= $since AND i.at < $until
      AND any(n IN range(0, size(i.points) - 1)
        WHERE i.points[n] = g.id AND i.before[n] < level AND i.after[n] >= level)
  } THEN 1 ELSE 0 END) AS there
  RETURN sum(there) AS reached, count(g) AS goals
}
WITH collect({arm: arms[0].arm, policy: arms[0].policy, first: arms[0].first, own: arms[0].decisions,
  mixed: size(arms) > 1, decisions: decisions, values: [['reward per decision', reward], ['points mastered', mastered],
  ['goals reached', CASE WHEN goals > 0 THEN reached END], ['minutes', minutes]]}) AS everyone
CALL (everyone) {
  UNWIND everyone AS one
  WITH one
  WHERE $baseline IN ['', one.policy, one.arm]
  WITH one.arm AS arm, min(one.first) AS first
  ORDER BY first, arm
  RETURN collect(arm)[0] AS baseline
}
UNWIND everyone AS one
UNWIND range(0, size(one.values) - 1) AS place
WITH baseline, place, one, one.values[place][0] AS measure, toFloat(one.values[place][1]) AS value
WHERE value IS NOT NULL
WITH baseline, place, measure, one.arm AS arm, count(value) AS n, avg(value) AS mean, stDev(value) ^ 2 AS variance,
  sum(CASE WHEN one.mixed THEN 1 ELSE 0 END) AS mixed, sum(one.own) AS own, sum(one.decisions) AS decisions
WITH baseline, place, measure, collect({arm: arm, n: n, mean: mean, mixed: mixed, own: own, decisions: decisions,
  df: n - 1.0, error: CASE WHEN n > 1 AND variance > 1e-12 THEN variance / n WHEN n > 1 THEN 0.0 END}) AS rows
WITH place, measure, rows, baseline, [row IN rows WHERE row.arm = baseline][0] AS base
UNWIND rows AS row
WITH place, measure, row, row.arm = baseline AS is_baseline,
  CASE WHEN row.error > 0 THEN parts.t_quantile(row.df) * sqrt(row.error) END AS half,
  CASE WHEN row.arm <> baseline THEN row.mean - base.mean END AS difference, row.error + base.error AS error,
  row.error ^ 2 / row.df + base.error ^ 2 / base.df AS spread
WITH place, measure, row, is_baseline, half, difference,
  CASE WHEN spread > 0 THEN parts.t_quantile(error ^ 2 / spread) * sqrt(error) END AS difference_half
RETURN measure, row.arm AS arm, row.n AS learners, row.mixed AS mixed, round(toFloat(row.own) / row.decisions, 3) AS own_share,
  row.decisions AS decisions, round(row.mean, 4) AS mean, round(row.mean - half, 4) AS low, round(row.mean + half, 4) AS high,
  round(difference, 4) AS difference, round(difference - difference_half, 4) AS difference_low,
  round(difference + difference_half, 4) AS difference_high,
  CASE
    WHEN is_baseline THEN 'baseline'
    WHEN difference - difference_half > 0 THEN
      CASE measure WHEN 'minutes' THEN 'more' ELSE 'better' END
    WHEN difference + difference_half < 0 THEN
      CASE measure WHEN 'minutes' THEN 'fewer' ELSE 'worse' END
    ELSE 'unclear'
  END AS verdict
ORDER BY place, is_baseline DESC, arm
