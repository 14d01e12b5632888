// What each arm, a policy and its version, served, how much of it was answered, and what came of it; whether one was better,
// `policy_comparison` says.
// params: course STRING
// returns: arm, policy, version, served, answered_share, right_share, mean_reward, first, last
// access: read
// group: policies
// plot: bar x=arm y=mean_reward n=served unit=level of=policies
MATCH (q:Recommendation {course: $course})
CALL (q) {
  OPTIONAL MATCH (q)<-[:FOLLOWED]-(i:Interaction)
  RETURN i
  ORDER BY i.step
  LIMIT 1
}
RETURN parts.arm(q) AS arm, q.policy AS policy, q.version AS version, count(q) AS served,
  round(toFloat(count(i)) / count(q), 3) AS answered_share,
  round(avg(CASE i.right WHEN true THEN 1.0 WHEN false THEN 0.0 END), 3) AS right_share,
  round(avg(i.reward), 4) AS mean_reward, min(q.at) AS first, max(q.at) AS last
ORDER BY last DESC, policy, version
