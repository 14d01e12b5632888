// Whether the learner exists and studies a course that exists.
// params: learner STRING, course STRING
// returns: course
// access: read
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: coalesce($course, l.course)})
RETURN c.id AS course
