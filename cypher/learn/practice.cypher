// Lock the learners of some outcomes, then read what each outcome touches: the taught points, what they influence (W) and
// the learner's stored mastery of both, with what a learner model keeps of them (its version, its numbers). Setting
// a constant takes the node's lock, and all reads come after it. (A value
// that is read to be set takes a shared lock first, and two of those wait for each other; removing a property whose name
// the database has never seen takes none.) An outcome of an unknown learner has no row.
// params: outcomes LIST<MAP>
// returns: position, learner, step, answers, success, known, recommended_to, answered_by, policy, context, chosen, resource,
// item, course, forgetting, touched, influence, mastery, trace
// access: write
UNWIND $outcomes AS row
MATCH (l:Learner {id: row.learner})
SET l.locked = true
WITH row, l
OPTIONAL MATCH (known:Interaction {id: row.id})
OPTIONAL MATCH (q:Recommendation {id: row.recommendation})
OPTIONAL MATCH (q)-[:CHOSE]->(chosen:Resource)
OPTIONAL MATCH (r:Resource {id: coalesce(row.resource, chosen.id)})
OPTIONAL MATCH (i:Item {id: row.item})
OPTIONAL MATCH (c:Course {id: coalesce(q.course, row.course, l.course)})
WITH row, l, known, q, chosen, r, i, c, coalesce(r, i) AS practised
CALL (practised) {
  MATCH (practised)-[t:TEACHES|ASSESSES]->(k:KnowledgePoint)
  WHERE k.id IS :: STRING NOT NULL
  WITH k, coalesce(toFloatOrNull(t.importance), 1.0) AS importance
  RETURN collect([k, CASE WHEN importance >= 0 AND importance <= 1 THEN importance ELSE 1.0 END]) AS touched
}
CALL (touched) {
  UNWIND touched AS pair
  WITH pair[0] AS k
  CALL (k) {
    MATCH (k)-[:PREREQUISITE_OF {status: 'accepted'}]->(j)
    WHERE j.id IS :: STRING NOT NULL
    RETURN j, 1.0 AS weight
    UNION ALL
    MATCH (k)-[e:RELATED_TO]-(j)
    WHERE coalesce(e.status, 'accepted') = 'accepted' AND j.id IS :: STRING NOT NULL
    RETURN j, coalesce(toFloatOrNull(e.weight), 0.0) AS weight
  }
  RETURN collect([k.id, j.id, weight]) AS influence, collect(j) AS neighbours
}
CALL (l, c, touched, neighbours) {
  UNWIND [pair IN touched | pair[0]] + neighbours AS p
  WITH DISTINCT l, c, p
  MATCH (l)-[m:MASTERY]->(p)
  RETURN collect([p.id, m.level, m.practicedAt, m.attempts, m.uncertainty,
    coalesce(m.decay, parts.forgetting_rate(c)), m.decay, m.memoryOf, m.memory, parts.demonstrated(m)]) AS mastery
}
OPTIONAL MATCH (l)-[x:TRACED]->(c)
RETURN row.position AS position, l.id AS learner, coalesce(l.step, 0) AS step, coalesce(l.answers, 0) AS answers,
  parts.success(l) AS success,
  known {.id, .learner, .right, .step, .reward, .points, .before, .after,
    on: COLLECT { MATCH (known)-[:ON]->(done) RETURN done.id },
    followed: COLLECT { MATCH (known)-[:FOLLOWED]->(led) RETURN led.id }}
    AS known,
  q.learner AS recommended_to, head(COLLECT { MATCH (q)<-[:FOLLOWED]-(other) RETURN other.id }) AS answered_by,
  q.policy AS policy, q.context AS context, chosen.id AS chosen, r.id AS resource,
  i.id AS item, c.id AS course, parts.forgetting_rate(c) AS forgetting,
  [pair IN touched | [pair[0].id, pair[1]]] AS touched, influence, mastery,
  CASE WHEN x.memory IS NOT NULL THEN [x.memoryOf, x.memory] END AS trace
