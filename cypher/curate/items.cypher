// The diagnostic items of a course with the points that each assesses among the course's, as one list: id, prompt,
// answer, distractors, points, guessing, discrimination, difficulty, status.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:ASSESSES]-(i:Item)
WHERE $course IN split(coalesce(e.courses, $course), ' ') AND $course IN split(coalesce(i.courses, $course), ' ')
  AND k.id IS NOT NULL AND i.id IS NOT NULL
WITH i, k
ORDER BY k.id
WITH i, collect(DISTINCT k.id) AS points
RETURN collect([
  i.id, i.prompt, i.answer, i.distractors, points, i.guessing, i.discrimination, i.difficulty, i.status
]) AS rows
