// Replace a learner's goals; `found` are the points that exist. No row when there is no such learner.
// params: learner STRING, goals LIST<MAP>
// returns: found
// access: write
MATCH (l:Learner {id: $learner})
CALL (l) {
  MATCH (l)-[old:AIMS_AT]->()
  DELETE old
}
CALL (l) {
  UNWIND $goals AS goal
  MATCH (k:KnowledgePoint {id: goal.point})
  CREATE (l)-[:AIMS_AT {level: goal.level, dueAt: goal.due_at}]->(k)
  RETURN collect(k.id) AS found
}
RETURN found
