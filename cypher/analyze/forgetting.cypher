// Whether forgetting is what the course assumes: the share of right answers by days since the same learner's last answer
// on a resource of the same point.
// params: course STRING
// returns: days_from, answers, right_share
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[t:TEACHES]-(:Resource)<-[:ON]-(i:Interaction)
WHERE t.role = 'primary'
WITH k, i.learner AS learner, i
ORDER BY i.step
WITH k, learner, collect(i) AS answers
UNWIND range(1, size(answers) - 1) AS n
WITH duration.inSeconds(answers[n - 1].at, answers[n].at).seconds / 86400.0 AS days, answers[n].right AS right
WITH CASE
    WHEN days < 1 THEN 0
    WHEN days < 3 THEN 1
    WHEN days < 7 THEN 3
    WHEN days < 14 THEN 7
    WHEN days < 30 THEN 14
    ELSE 30
  END AS days_from, right
RETURN days_from, count(*) AS answers, round(avg(CASE WHEN right THEN 1.0 ELSE 0.0 END), 3) AS right_share
ORDER BY days_from
