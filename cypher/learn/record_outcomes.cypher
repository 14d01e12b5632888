// Store interactions and the learners' new state; the learners are locked by learn/practice in the same transaction.
// params: interactions LIST<MAP>, learners LIST<MAP>, mastery LIST<MAP>
// returns: none
// access: write
CALL () {
  UNWIND $learners AS row
  MATCH (l:Learner {id: row.learner})
  SET l.step = row.step, l.answers = row.answers, l.success = row.success
}
CALL () {
  UNWIND $mastery AS row
  MATCH (l:Learner {id: row.learner})
  MATCH (k:KnowledgePoint {id: row.point})
  MERGE (l)-[m:MASTERY]->(k)
  SET m.level = row.level, m.uncertainty = row.uncertainty, m.attempts = row.attempts,
    m.practicedAt = row.practiced_at, m.updatedAt = row.updated_at
}
UNWIND $interactions AS row
MATCH (l:Learner {id: row.learner})
CREATE (l)-[:DID]->(i:Interaction {id: row.id, learner: row.learner, at: row.at, recordedAt: row.recorded_at,
  outcome: row.outcome, right: row.right, minutes: row.minutes, reward: row.reward, step: row.step,
  points: row.points, before: row.before, after: row.after})
WITH row, i
CALL (row, i) {
  MATCH (r:Resource {id: row.resource})
  CREATE (i)-[:ON]->(r)
}
CALL (row, i) {
  MATCH (t:Item {id: row.item})
  CREATE (i)-[:ON]->(t)
}
CALL (row, i) {
  MATCH (q:Recommendation {id: row.recommendation})
  CREATE (i)-[:FOLLOWED]->(q)
}
