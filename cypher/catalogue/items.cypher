// The active items that assess any of these points, as one list: id, prompt, answer, distractors, points, a
// (discrimination), b (difficulty), c (guessing).
// params: points LIST<STRING>
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:ASSESSES]-(i)
WITH DISTINCT i
WHERE i.status = 'active'
CALL (i) {
  MATCH (i)-[:ASSESSES]->(k)
  RETURN collect(DISTINCT k.id) AS points
}
RETURN collect([
  i.id, i.prompt, i.answer, i.distractors, points, coalesce(i.discrimination, 1.0), coalesce(i.difficulty, 0.0),
  coalesce(i.guessing, 0.25)
]) AS rows
