// Set the mastery that follows from a diagnostic, keep the mastery from before on the diagnostic, and close it. Answers
// on a point's items count as its attempts. A diagnostic without answers, such as a level that was named, demonstrates
// nothing: its levels fade, and gates close again. What a learner model kept of a point is deleted: it starts from the new
// level. Points are locked in order of id, so that two transactions do not deadlock. Returns the points that exist.
// params: id STRING, levels LIST<MAP>, now DATETIME
// returns: points
// access: write
MATCH (l:Learner)-[:TOOK]->(d:Diagnostic {id: $id})
OPTIONAL MATCH (c:Course {id: d.course})
CALL (l, d, c) {
  UNWIND $levels AS row
  WITH l, d, c, row
  ORDER BY row.point
  MATCH (k:KnowledgePoint {id: row.point})
  OPTIONAL MATCH (l)-[old:MASTERY]->(k)
  WITH l, d, c, row, k, old, parts.days_between(old.practicedAt, $now) AS days
  WITH l, d, row, k, COUNT { (d)-[a:ASKED]->()-[:ASSESSES]->(k) WHERE a.right IS NOT NULL } AS answers,
    coalesce(parts.level(old, c, days), 0.0) AS before
  MERGE (l)-[m:MASTERY]->(k)
  SET m.level = row.level, m.uncertainty = row.uncertainty, m.attempts = coalesce(m.attempts, 0) + answers,
    m.demonstrated = CASE
      WHEN EXISTS { (d)-[a:ASKED]->() WHERE a.right IS NOT NULL } THEN row.level
      ELSE coalesce(m.demonstrated, 0.0)
    END,
    m.practicedAt = $now, m.updatedAt = $now, m.memoryOf = null, m.memory = null
  RETURN collect(k.id) AS points, collect(before) AS before, collect(row.level) AS after,
    collect(row.uncertainty) AS uncertainties
}
SET l.step = coalesce(l.step, 0) + 1
SET d.finishedAt = $now, d.step = l.step, d.points = points, d.before = before, d.after = after,
  d.uncertainties = uncertainties
RETURN points
