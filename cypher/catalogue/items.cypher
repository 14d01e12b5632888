// The active items that assess any of these points, as one list: id, prompt, answer, distractors, points, a
// (discrimination), b (difficulty), c (guessing).
// params: points LIST<STRING>
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:ASSESSES]-(i)
WITH DISTINCT i
WHERE i.status = 'active' AND i.id IS :: STRING NOT NULL AND i.prompt IS :: STRING NOT NULL
  AND i.answer IS :: STRING NOT NULL AND i.distractors IS :: LIST<STRING NOT NULL> NOT NULL
CALL (i) {
  MATCH (i)-[:ASSESSES]->(k)
  RETURN collect(DISTINCT CASE WHEN k.id IS :: STRING NOT NULL THEN k.id END) AS points
}
RETURN collect([
  i.id, i.prompt, i.answer, i.distractors, points, coalesce(toFloatOrNull(i.discrimination), 1.0),
  coalesce(toFloatOrNull(i.difficulty), 0.0), coalesce(toFloatOrNull(i.guessing), 0.25)
]) AS rows
