// Whether a learner is in a team: ids of learners or names of teams; with none, everybody who has begun the course.
// params: l NODE, learners LIST<STRING>, course STRING
// returns: BOOLEAN
$l.id IN $learners OR $l.team IN $learners
  OR (size($learners) = 0 AND EXISTS { ($l)-[:MASTERY]->()<-[:INCLUDES]-(:Course {id: $course}) })
