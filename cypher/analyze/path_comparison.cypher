// Two sequences compared among the learners of one goal: who first practised the resources or points of `first` in that
// order, who those of `second`, who both or neither; how many reached the goal, and in how many steps and minutes (medians
// over those who did). `low` to `high` is Wilson's 95 % interval of the share. Learners chose, so a difference is a hint.
// params: goal STRING, first LIST<STRING>, second LIST<STRING>
// returns: took, learners, reached, reached_share, low, high, median_steps, median_minutes
// access: read
// group: goals
// plot: interval x=took y=reached_share low=low high=high n=learners of=groups
MATCH (g:KnowledgePoint {id: $goal})<-[a:AIMS_AT]-(l:Learner)
OPTIONAL MATCH (c:Course {id: l.course})
WITH g, l, parts.aimed_at(a, g, c) AS aim
CALL (l) {
  MATCH (l)-[:DID]->(i:Interaction)-[:ON]->(r)
  OPTIONAL MATCH (r)-[t:TEACHES|ASSESSES]->(k:KnowledgePoint)
  WHERE parts.is_primary(t)
  UNWIND [r.id, k.id] AS met
  WITH met, min(i.step) AS first
  WHERE met IN $first + $second
  RETURN collect([met, first]) AS met
}
WITH g, l, aim, [id IN $first | [pair IN met WHERE pair[0] = id | pair[1]][0]] AS one,
  [id IN $second | [pair IN met WHERE pair[0] = id | pair[1]][0]] AS other
WITH g, l, aim,
  all(n IN range(0, size(one) - 1) WHERE one[n] IS NOT NULL AND (n = 0 OR one[n - 1] <= one[n])) AS did_first,
  all(n IN range(0, size(other) - 1) WHERE other[n] IS NOT NULL AND (n = 0 OR other[n - 1] <= other[n])) AS did_second
CALL (g, l, aim) {
  parts.steps_to_goal(l, g, aim)
}
WITH CASE
    WHEN did_first AND did_second THEN 'both'
    WHEN did_first THEN 'first'
    WHEN did_second THEN 'second'
    ELSE 'neither'
  END AS took, reached, steps_taken, minutes
WITH took, toFloat(count(*)) AS n, avg(CASE WHEN reached THEN 1.0 ELSE 0.0 END) AS share,
  sum(CASE WHEN reached THEN 1 ELSE 0 END) AS reached,
  percentileCont(CASE WHEN reached THEN steps_taken END, 0.5) AS median_steps,
  percentileCont(CASE WHEN reached THEN minutes END, 0.5) AS median_minutes
WITH took, n, share, reached, median_steps, median_minutes, parts.wilson_middle(share, n) AS middle,
  parts.wilson_half(share, n) AS half
RETURN took, toInteger(n) AS learners, reached, round(share, 3) AS reached_share, round(middle - half, 3) AS low,
  round(middle + half, 3) AS high, median_steps, round(median_minutes, 1) AS median_minutes
ORDER BY took
