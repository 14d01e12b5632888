// Resources that teach, by what comes after and not by the learner model: the share of right answers that learners give next
// on the same point, elsewhere, beside the share of all next answers on those points. `low` to `high` is Wilson's 95 %
// interval; `lift` is the difference of the shares. Learners are not assigned by chance, so a difference is a hint.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: resource, title, answers, learners, next_right, low, high, usual, lift
// access: read
// group: resources
// plot: interval x=resource label=title y=next_right low=low high=high n=answers unit=share of=resources
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[t:TEACHES|ASSESSES]-(r)<-[:ON]-(i:Interaction)
WHERE parts.is_primary(t)
WITH k, r, i
ORDER BY i.step
WITH k, i.learner AS learner, collect([r, i.right]) AS answers
UNWIND range(1, size(answers) - 1) AS n
WITH k, learner, answers[n - 1][0] AS r, answers[n - 1][0] <> answers[n][0] AS elsewhere,
  CASE WHEN answers[n][1] THEN 1.0 ELSE 0.0 END AS right
WHERE elsewhere
WITH k, avg(right) AS usual, collect([r, learner, right]) AS followed
UNWIND followed AS pair
WITH pair[0] AS r, pair[1] AS learner, pair[2] AS right, usual
WHERE r:Resource
WITH r, toFloat(count(*)) AS n, count(DISTINCT learner) AS learners, avg(right) AS share, avg(usual) AS usual
WHERE n >= $at_least
WITH r, n, learners, share, usual, parts.wilson_middle(share, n) AS middle, parts.wilson_half(share, n) AS half
RETURN r.id AS resource, r.title AS title, toInteger(n) AS answers, learners, round(share, 3) AS next_right,
  round(middle - half, 3) AS low, round(middle + half, 3) AS high, round(usual, 3) AS usual,
  round(share - usual, 3) AS lift
ORDER BY lift DESC, resource
LIMIT $limit
