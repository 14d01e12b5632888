// Lock the learner of a recommendation, then read what became of it. Setting a constant takes the node's lock, and all
// reads come after it. No row: no such recommendation.
// params: id STRING
// returns: learner, resource, dismissal, dismissed_at, outcome
// access: write
MATCH (l:Learner)-[:RECEIVED]->(q:Recommendation {id: $id})
SET l.locked = true
WITH l, q
RETURN l.id AS learner, q.resource AS resource, q.dismissal AS dismissal, q.dismissedAt AS dismissed_at,
  head(COLLECT { MATCH (q)<-[:FOLLOWED]-(i) RETURN i.id }) AS outcome
