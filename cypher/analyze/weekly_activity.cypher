// Each week's active learners, answers, share of right ones and mean reward.
// params: course STRING
// returns: week, learners, answers, right_share, mean_reward
// access: read
// group: progress
// plot: line x=week y=right_share n=answers of=weeks
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES|ASSESSES]-(r)
WITH DISTINCT r
MATCH (r)<-[:ON]-(i:Interaction)
RETURN date.truncate('week', i.at) AS week, count(DISTINCT i.learner) AS learners, count(i) AS answers,
  round(avg(CASE WHEN i.right THEN 1.0 ELSE 0.0 END), 3) AS right_share, round(avg(i.reward), 4) AS mean_reward
ORDER BY week
