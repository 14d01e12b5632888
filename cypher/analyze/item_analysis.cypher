// How well each item measures: `right_share` is its difficulty p, `discrimination` the corrected item-total correlation
// (point-biserial: right or wrong on the item against the share of right answers on the learner's other items). Each
// learner's first answer to an item counts, in diagnostics and in practice. Look at items below 0.1, or nearly all right.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: item, prompt, learners, right_share, discrimination, look
// access: read
// group: items
// plot: scatter x=right_share y=discrimination unit=correlation of=items
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(t:Item)
WITH DISTINCT t
CALL (t) {
  MATCH (t)<-[a:ASKED]-(d:Diagnostic)
  WHERE a.right IS NOT NULL
  RETURN d.learner AS learner, a.right AS right, coalesce(a.answeredAt, d.startedAt) AS at
  UNION ALL
  MATCH (t)<-[:ON]-(i:Interaction)
  RETURN i.learner AS learner, i.right AS right, i.at AS at
}
WITH t, learner, right, at
ORDER BY at
WITH t, learner, collect(CASE WHEN right THEN 1.0 ELSE 0.0 END)[0] AS x
WITH learner, collect([t, x]) AS answers, sum(x) AS total
WHERE size(answers) > 1
UNWIND answers AS answer
WITH answer[0] AS t, answer[1] AS x, (total - answer[1]) / (size(answers) - 1) AS y
WITH t, toFloat(count(*)) AS n, avg(x) AS p, avg(y) AS mean, stDevP(y) AS spread, avg(x * y) AS xy
WHERE n >= $at_least
WITH t, n, p, CASE WHEN p > 0 AND p < 1 AND spread > 0.0000001
  THEN (xy - p * mean) / (spread * sqrt(p * (1 - p))) END AS discrimination
RETURN t.id AS item, t.prompt AS prompt, toInteger(n) AS learners, round(p, 3) AS right_share,
  round(discrimination, 3) AS discrimination,
  CASE
    WHEN discrimination < 0 THEN 'wrong key?'
    WHEN p > 0.95 THEN 'too easy'
    WHEN p < 0.1 THEN 'too hard'
    WHEN coalesce(discrimination, 0.0) < 0.1 THEN 'tells little'
  END AS look
ORDER BY discrimination IS NOT NULL, discrimination, item
LIMIT $limit
