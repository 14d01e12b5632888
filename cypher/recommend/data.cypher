// How much a course's graph holds to recommend by: its structure, its learners' outcomes on its resources, and how many of
// those a recommendation led to. `learner_events` and `item_events` are the counts of those who have any.
// params: course STRING
// returns: points, prerequisites, resources, described, interactions, right, followed, decisions, first, last,
// learner_events, item_events
// access: read
MATCH (c:Course {id: $course})
CALL (c) {
  MATCH (c)-[:INCLUDES]->(k)
  RETURN count(k) AS points, sum(COUNT { (k)<-[:PREREQUISITE_OF {status: 'accepted'}]-() }) AS prerequisites
}
CALL (c) {
  MATCH (c)-[:INCLUDES]->()<-[:TEACHES]-(r:Resource {status: 'active'})
  WITH DISTINCT r
  RETURN collect(r) AS active, count(r) AS resources, sum(CASE WHEN r.title IS NULL THEN 0 ELSE 1 END) AS described
}
CALL (active) {
  UNWIND active AS r
  MATCH (r)<-[:ON]-(i:Interaction)
  RETURN count(i) AS interactions, avg(CASE WHEN i.right THEN 1.0 ELSE 0.0 END) AS right,
    sum(COUNT { (i)-[:FOLLOWED]->() }) AS followed, min(i.at) AS first, max(i.at) AS last
}
CALL (active) {
  UNWIND active AS r
  MATCH (r)<-[:ON]-(i:Interaction)
  WITH i.learner AS learner, count(i) AS events
  RETURN collect(events) AS learner_events
}
CALL (active) {
  UNWIND active AS r
  WITH r, COUNT { (r)<-[:ON]-(:Interaction) } AS events
  WHERE events > 0
  RETURN collect(events) AS item_events
}
CALL (c) {
  MATCH (q:Recommendation {course: c.id})
  RETURN count(q) AS decisions
}
RETURN points, prerequisites, resources, described, interactions, right, followed, decisions, first, last,
  learner_events, item_events
