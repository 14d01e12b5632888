// Delete a learner with all records; the lock is taken first, so that no outcome is stored meanwhile.
// params: learner STRING
// returns: events
// access: write
MATCH (l:Learner {id: $learner})
SET l.locked = true
WITH l
CALL (l) {
  OPTIONAL MATCH (l)-[:DID|RECEIVED|TOOK]->(e)
  DETACH DELETE e
  RETURN count(e) AS events
}
DETACH DELETE l
RETURN events
