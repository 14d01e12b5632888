// What the learners' own answers say about each prerequisite: how many answered the later point rightly at their first try,
// among those whose latest answer before it on the earlier point was right and among those for whom it was wrong, in practice
// and diagnostics; levels that a learner model passes on are not evidence. `low` to `high` is Newcombe's 95 % interval of the
// difference of the shares: supported above 0, no sign of it where it ends below 0.15. It cannot be told where fewer than
// `at_least` tried the later point without the earlier one, which is what gates are for.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: edge, before, after, learners_with, share_with, learners_without, share_without, lift, difference, low, high, verdict
// access: read
// group: points
// plot: interval x=edge y=difference low=low high=high n=learners_without unit=of_the_shares of=prerequisites
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
CALL (k) {
  MATCH (k)<-[:TEACHES|ASSESSES]-(on)<-[:ON]-(i:Interaction)
  RETURN i.learner AS learner, i.at AS at, on.id AS on, i.right AS right
  UNION ALL
  MATCH (k)<-[:ASSESSES]-(on:Item)<-[a:ASKED]-(d:Diagnostic)
  WHERE a.right IS NOT NULL
  RETURN d.learner AS learner, coalesce(a.answeredAt, d.startedAt) AS at, on.id AS on, a.right AS right
}
WITH k, learner, at, on, right
ORDER BY at, on
WITH k, learner, collect({at: at, right: right}) AS answers
WITH learner, collect({point: k, answers: answers}) AS own
UNWIND own AS later
WITH own, later.point AS k, later.answers[0] AS first
MATCH (p:KnowledgePoint)-[:PREREQUISITE_OF {status: 'accepted'}]->(k)
WITH p, k, first, [each IN own WHERE each.point = p][0] AS earlier
WITH p, k, CASE WHEN first.right THEN 1.0 ELSE 0.0 END AS right,
  [answer IN earlier.answers WHERE answer.at <= first.at | answer.right][-1] AS had
WHERE had IS NOT NULL
WITH p, k, sum(CASE WHEN had THEN 1 ELSE 0 END) AS having, avg(CASE WHEN had THEN right END) AS share,
  sum(CASE WHEN had THEN 0 ELSE 1 END) AS lacking, avg(CASE WHEN NOT had THEN right END) AS other
WHERE having + lacking >= $at_least
WITH p, k, having, share, lacking, other,
  parts.share_difference_low(share, toFloat(having), other, toFloat(lacking)) AS low,
  parts.share_difference_high(share, toFloat(having), other, toFloat(lacking)) AS high
RETURN [coalesce(p.name, p.id), coalesce(k.name, k.id)] AS edge, p.id AS before, k.id AS after, having AS learners_with,
  round(share, 3) AS share_with, lacking AS learners_without, round(other, 3) AS share_without,
  CASE WHEN other > 0 THEN round(share / other, 2) END AS lift, round(share - other, 3) AS difference,
  round(low, 3) AS low, round(high, 3) AS high,
  CASE
    WHEN lacking < $at_least THEN 'cannot be told: gated'
    WHEN having < $at_least THEN 'cannot be told: too few have it'
    WHEN low > 0 THEN 'supported'
    WHEN high < 0.15 THEN 'no sign of it'
    ELSE 'unclear'
  END AS verdict
ORDER BY lacking < $at_least, difference IS NULL, difference, before, after
LIMIT $limit
