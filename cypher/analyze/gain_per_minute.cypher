// What the learner model credits to a minute with each resource: its own gain over the minutes taken (reported, or as
// declared), which says what was answered rightly and not what was learnt; whether a resource teaches, `next_answer` says.
// `low` to `high` is a 95 % interval by Student's t of the ratio with learners, not answers, as the independent units;
// `credited` is yes or no where it lies above or not above 0, unclear also where learners do not differ.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: resource, title, kind, answers, learners, right_share, credited_per_minute, low, high, credited
// access: read
// group: resources
// plot: interval x=resource label=title y=credited_per_minute low=low high=high n=learners unit=level of=resources
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
WITH DISTINCT r
MATCH (r)<-[:ON]-(i:Interaction)
WITH r, i.learner AS learner, count(i) AS answers, sum(CASE WHEN i.right THEN 1 ELSE 0 END) AS right,
  sum(i.reward) AS gain, sum(coalesce(i.minutes, r.minutes)) AS minutes
WITH r, sum(answers) AS answers, toFloat(count(learner)) AS n, toFloat(sum(right)) / sum(answers) AS right_share,
  sum(gain) AS gain, toFloat(sum(minutes)) AS minutes, sum(gain ^ 2) AS gg, sum(gain * minutes) AS gm,
  sum(toFloat(minutes) ^ 2) AS mm
WHERE answers >= $at_least AND minutes > 0
WITH r, answers, n, right_share, gain / minutes AS ratio, minutes, gg, gm, mm,
  CASE WHEN n > 1 THEN n - 1 END AS df
WITH r, answers, n, right_share, ratio, df,
  sqrt(CASE WHEN gg - 2 * ratio * gm + ratio ^ 2 * mm > 1e-12 THEN gg - 2 * ratio * gm + ratio ^ 2 * mm END
    * n / df) / minutes AS error
WITH r, answers, n, right_share, ratio, ratio - parts.t_quantile(df) * error AS low,
  ratio + parts.t_quantile(df) * error AS high
RETURN r.id AS resource, r.title AS title, r.kind AS kind, answers, toInteger(n) AS learners,
  round(right_share, 3) AS right_share, round(ratio, 5) AS credited_per_minute, round(low, 5) AS low,
  round(high, 5) AS high, CASE WHEN low > 0 THEN 'yes' WHEN high <= 0 THEN 'no' ELSE 'unclear' END AS credited
ORDER BY credited_per_minute DESC, resource
LIMIT $limit
