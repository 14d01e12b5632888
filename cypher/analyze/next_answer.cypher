// Which resources teach, by what learners answer afterwards and not by the learner model: the share of right answers that
// they give next on the same point, on something else (`next_right`), beside that of learners who have not done the resource
// yet, after other things or none (`others_right`). `low` to `high` is Newcombe's 95 % interval of the difference, with
// learners, not answers, as the independent units; `teaches` is yes or no where it lies above or below 0. Learners are not
// assigned by chance, so a difference is a hint.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: resource, title, answers, learners, next_right, others, others_right, difference, low, high, teaches
// access: read
// group: resources
// plot: interval x=resource label=title y=difference low=low high=high n=learners unit=of_the_shares of=resources
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[t:TEACHES|ASSESSES]-(on)<-[:ON]-(i:Interaction)
WHERE parts.is_primary(t)
WITH k, on, i
ORDER BY i.step
WITH k, i.learner AS learner, collect({on: on, right: CASE WHEN i.right THEN 1.0 ELSE 0.0 END}) AS answers
MATCH (k)<-[t:TEACHES]-(r:Resource)
WHERE parts.is_primary(t)
UNWIND range(0, size(answers) - 1) AS n
WITH k, r, learner, answers[n] AS answer, CASE WHEN n > 0 THEN answers[n - 1].on END AS before,
  any(earlier IN answers[..n] WHERE earlier.on = r) AS done
WHERE answer.on <> r AND (before IS NULL OR before <> answer.on) AND (before = r OR NOT done)
WITH k, r, learner, answer.right AS right, coalesce(before = r, false) AS after
WITH k, r, avg(CASE WHEN NOT after THEN right END) AS usual, collect({learner: learner, right: right, after: after}) AS own
UNWIND own AS one
WITH r, sum(CASE WHEN one.after THEN 1 ELSE 0 END) AS answers,
  count(DISTINCT CASE WHEN one.after THEN one.learner END) AS learners,
  coalesce(avg(CASE WHEN one.after AND usual IS NOT NULL THEN one.right END),
    avg(CASE WHEN one.after THEN one.right END)) AS share,
  count(DISTINCT CASE WHEN NOT one.after THEN one.learner END) AS others,
  avg(CASE WHEN one.after THEN usual END) AS usual
WHERE answers >= $at_least AND answers > 0
WITH r, answers, learners, share, others, usual, parts.share_difference_low(share, toFloat(learners), usual,
  toFloat(CASE WHEN others > 0 THEN others END)) AS low, parts.share_difference_high(share, toFloat(learners), usual,
  toFloat(CASE WHEN others > 0 THEN others END)) AS high
RETURN r.id AS resource, r.title AS title, answers, learners, round(share, 3) AS next_right, others,
  round(usual, 3) AS others_right, round(share - usual, 3) AS difference, round(low, 3) AS low, round(high, 3) AS high,
  CASE
    WHEN usual IS NULL THEN 'cannot be told: no contrast'
    WHEN low > 0 THEN 'yes'
    WHEN high < 0 THEN 'no'
    ELSE 'unclear'
  END AS teaches
ORDER BY difference IS NULL, difference DESC, resource
LIMIT $limit
