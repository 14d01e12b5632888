// Whether forgetting is what the course assumes: the share of right answers by days since the same learner's last answer on
// a resource or item of the same point, when that one was right. `low` to `high` is Wilson's 95 % interval (answers taken as
// independent); `assumed` is the share of mastery that the course's rate leaves after so many days.
// params: course STRING
// returns: days_from, answers, learners, right_share, low, high, assumed
// access: read
// group: points
// plot: interval x=days_from y=right_share low=low high=high n=answers of=spans_of_days
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[t:TEACHES|ASSESSES]-()<-[:ON]-(i:Interaction)
WHERE parts.is_primary(t)
WITH c, k, i
ORDER BY i.step
WITH c, k, i.learner AS learner, collect(i) AS answers
UNWIND range(1, size(answers) - 1) AS n
WITH c, learner, answers[n] AS i, answers[n - 1] AS last
WHERE last.right
WITH c, learner, i.right AS right, parts.days_between(last.at, i.at) AS days
WITH CASE
    WHEN days < 1 THEN 0
    WHEN days < 3 THEN 1
    WHEN days < 7 THEN 3
    WHEN days < 14 THEN 7
    WHEN days < 30 THEN 14
    ELSE 30
  END AS days_from, learner, right, parts.kept_share(parts.forgetting_rate(c), days) AS left
WITH days_from, toFloat(count(*)) AS n, count(DISTINCT learner) AS learners,
  avg(CASE WHEN right THEN 1.0 ELSE 0.0 END) AS share, avg(left) AS assumed
WITH days_from, n, learners, share, assumed, parts.wilson_middle(share, n) AS middle,
  parts.wilson_half(share, n) AS half
RETURN days_from, toInteger(n) AS answers, learners, round(share, 3) AS right_share, round(middle - half, 3) AS low,
  round(middle + half, 3) AS high, round(assumed, 3) AS assumed
ORDER BY days_from
