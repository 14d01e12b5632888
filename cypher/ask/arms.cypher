// The arms of a course in the log of decisions: policies and their versions, with when each decided first.
// params: course STRING
// returns: arm, policy
// access: read
MATCH (q:Recommendation {course: $course})
WITH parts.arm(q) AS arm, q.policy AS policy, min(q.at) AS first
RETURN arm, policy
ORDER BY first, arm
