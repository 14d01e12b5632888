// Store interactions and the learners' new state; the learners are locked by learn/practice in the same transaction, which
// also says which mastery edges are there. To keep learners of one course from waiting for each other in a ring, points are
// locked by id (MERGE would lock them all), and new edges come before changes of old ones: an edge that is changed is locked
// too, and stands in the way of a new one beside it. What is left of rings, the driver resolves by trying again.
// `traces`: what a learner model keeps of a learner in a course.
// params: interactions LIST<MAP>, learners LIST<MAP>, known LIST<MAP>, fresh LIST<MAP>, traces LIST<MAP>
// returns: none
// access: write
CALL () {
  UNWIND $fresh AS row
  MATCH (l:Learner {id: row.learner})
  MATCH (k:KnowledgePoint {id: row.point})
  CREATE (l)-[:MASTERY {level: row.level, uncertainty: row.uncertainty, attempts: row.attempts,
    practicedAt: row.practiced_at, updatedAt: row.updated_at, decay: row.decay, demonstrated: row.demonstrated,
    memoryOf: row.memory_of, memory: row.memory}]->(k)
}
CALL () {
  UNWIND $interactions AS row
  MATCH (l:Learner {id: row.learner})
  CREATE (l)-[:DID]->(i:Interaction {id: row.id, learner: row.learner, at: row.at, recordedAt: row.recorded_at,
    outcome: row.outcome, right: row.right, score: row.score, minutes: row.minutes, reward: row.reward, step: row.step,
    points: row.points, before: row.before, after: row.after, decays: row.decays})
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
}
CALL () {
  UNWIND $known AS row
  MATCH (:Learner {id: row.learner})-[m:MASTERY]->(:KnowledgePoint {id: row.point})
  SET m.level = row.level, m.uncertainty = row.uncertainty, m.attempts = row.attempts,
    m.practicedAt = row.practiced_at, m.updatedAt = row.updated_at, m.decay = row.decay,
    m.demonstrated = row.demonstrated, m.memoryOf = row.memory_of, m.memory = row.memory
}
CALL () {
  UNWIND $traces AS row
  MATCH (l:Learner {id: row.learner})
  MATCH (c:Course {id: row.course})
  MERGE (l)-[x:TRACED]->(c)
  SET x.memoryOf = row.memory_of, x.memory = row.memory
}
UNWIND $learners AS row
MATCH (l:Learner {id: row.learner})
SET l.step = row.step, l.answers = row.answers, l.success = row.success
