// What learners did with the resources of a course, oldest first, and whether a recommendation led to it.
// params: course STRING
// returns: learner, resource, right, at, followed
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
WITH DISTINCT r
MATCH (r)<-[:ON]-(i:Interaction)
RETURN i.learner AS learner, r.id AS resource, i.right AS right, i.at AS at,
  EXISTS { (i)-[:FOLLOWED]->() } AS followed
ORDER BY at, i.step, i.id
