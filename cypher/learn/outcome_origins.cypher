// The course and the policy that each outcome belongs to, read before the outcomes are stored. An outcome of an unknown
// learner has no row.
// params: outcomes LIST<MAP>
// returns: position, course, policy
// access: read
UNWIND $outcomes AS row
MATCH (l:Learner {id: row.learner})
OPTIONAL MATCH (q:Recommendation {id: row.recommendation})
OPTIONAL MATCH (c:Course {id: coalesce(q.course, l.course)})
RETURN row.position AS position, c.id AS course, q.policy AS policy
